import type { Engine } from "../../components/engine/engine.ts";
import { ROLE_LABEL } from "../../components/engine/labels.ts";
import type { StackThings } from "../../components/engine/ownership.ts";
import { throwProblems } from "../../components/lib/errors.ts";
import { execute } from "../lib/run-program.ts";
import type { StackName } from "../lib/stack-name.ts";
import { configValue, withoutSalt } from "./pulumi.ts";
import { recordedVolumes } from "./state.ts";

/** Names of volumes in the engine, by logical name. */
export type AdoptedVolumes = Readonly<Record<string, string>>;

const KEY = "adoptVolumes";

/**
 * Returns the volumes of another state that a stack can take over: those that its containers mount, or else those with
 * its labels. A volume that the stack has itself is not replaced, and a choice in the configuration stays.
 *
 * @throws MorganError if there are several volumes of one logical name, and no container mounts one.
 */
export async function volumesToAdopt(engine: Engine, stack: StackName, foreign: StackThings): Promise<AdoptedVolumes> {
  const lists = await Promise.all(foreign.containers.map(({ id }) => engine.mountedVolumes(id)));
  const mounted = candidates(lists.flat(), (name) => logicalName(name, stack.name));
  const roles = new Map(foreign.volumes.map(({ name, labels }) => [name, labels[ROLE_LABEL]]));
  const labelled = candidates([...roles.keys()], (name) => roles.get(name));
  const chosen = JSON.parse((await withoutSalt(stack, () => configValue(stack, KEY))) ?? "{}") as AdoptedVolumes;
  const own = await recordedVolumes(stack);
  const found = [...new Map([...labelled, ...mounted])].filter(([name]) => !own.has(name) && !(name in chosen));
  throwProblems(
    found
      .filter(([, volumes]) => volumes.size > 1)
      .map(([name, volumes]) => ({
        key: `morgan:${KEY}.${name}`,
        expected: "one volume",
        found: [...volumes].join(", "),
        fix: `choose one: pulumi config set --path '${path(name)}' VOLUME --stack ${stack.reference}, and then this again`,
      })),
    "nothing was changed",
  );
  return { ...Object.fromEntries(found.map(([name, [volume = ""]]) => [name, volume])), ...chosen };
}

/** Writes the volumes into the stack's configuration, in which a plain `pulumi up` finds them too. */
export async function writeAdopted(stack: StackName, volumes: AdoptedVolumes): Promise<void> {
  for (const [name, volume] of Object.entries(volumes)) await change(stack, "set", "--path", path(name), volume);
}

/** Removes the volumes from the configuration: the state holds them now. */
export async function forgetAdopted(stack: StackName): Promise<void> {
  await change(stack, "rm", KEY);
}

async function change(stack: StackName, ...args: readonly string[]): Promise<void> {
  const command = ["config", ...args, "--stack", stack.reference, "--non-interactive"];
  const { code, stdout, stderr } = await withoutSalt(stack, () => execute("pulumi", command));
  if (code !== 0) throw new Error(`${stdout}${stderr}`.trim());
}

function path(name: string): string {
  return `${KEY}["${name}"]`;
}

/** "morgan-dev-postgres-data-0123456" is postgres-data; an anonymous volume has no logical name. */
function logicalName(volume: string, stack: string): string | undefined {
  const prefix = `morgan-${stack}-`;
  return volume.startsWith(prefix) ? /^(.+)-[0-9a-f]{7}$/.exec(volume.slice(prefix.length))?.[1] : undefined;
}

function candidates(
  volumes: readonly string[],
  nameOf: (volume: string) => string | undefined,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const volume of volumes) {
    const name = nameOf(volume);
    if (name !== undefined) found.set(name, (found.get(name) ?? new Set()).add(volume));
  }
  return found;
}
