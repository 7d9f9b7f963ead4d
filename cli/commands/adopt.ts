import type { Engine } from "../../components/engine/engine.ts";
import { STATE_LABEL } from "../../components/engine/labels.ts";
import { foreignThings, type StackThings } from "../../components/engine/ownership.ts";
import { counted } from "../../components/lib/counted.ts";
import { throwProblems } from "../../components/lib/errors.ts";
import { forStack } from "../../components/lib/hints.ts";
import { alignColumns } from "../../components/lib/table.ts";
import { confirm, onTerminal } from "../lib/confirm.ts";
import type { Invocation } from "../lib/invocation.ts";
import { forgetAdopted, volumesToAdopt, writeAdopted } from "../stack/adopted-volumes.ts";
import { prepareChange } from "../stack/change.ts";
import { createIfMissing } from "../stack/pulumi.ts";
import { identityOf } from "../stack/state.ts";
import { up } from "./deploy.ts";

/**
 * Takes over a stack of the same name whose state is lost: removes its containers and networks, keeps its volumes, and
 * deploys with these volumes. It can be repeated after a failure at any point. Returns the exit code.
 *
 * @throws MorganError if there is nothing to take over, or if nobody confirms it.
 */
export async function adopt(invocation: Invocation, engine: Engine): Promise<number> {
  const { stack, isDefault, options } = invocation;
  await prepareChange(engine, stack);
  const foreign = await foreignThings(engine, await identityOf(stack));
  const volumes = await volumesToAdopt(engine, stack, foreign);
  if (foreign.containers.length + foreign.networks.length + Object.keys(volumes).length === 0) {
    const expected = `a stack "${stack.name}" of another state on the engine`;
    const fix = forStack("up", stack.reference);
    throwProblems([{ key: "./morgan adopt", expected, found: "none", fix }], "nothing was changed");
  }
  console.error(describe(foreign, volumes));
  const { name } = await engine.facts();
  const question =
    `remove these containers and networks, and keep these volumes, of the stack "${stack.name}" ` +
    `of another state on the engine "${name}"`;
  await confirm(question, forStack("adopt", stack.reference), onTerminal(options["yes"] === true));

  await createIfMissing(stack, isDefault);
  await writeAdopted(stack, volumes);
  for (const { id } of foreign.containers) await engine.remove("container", id);
  for (const { id } of foreign.networks) await engine.remove("network", id);
  const code = await up({ ...invocation, flags: [] }, engine);
  if (code === 0) await forgetAdopted(stack);
  return code;
}

function describe({ containers, networks }: StackThings, volumes: Readonly<Record<string, string>>): string {
  const states = new Set([...containers, ...networks].map(({ labels }) => labels[STATE_LABEL] ?? "older than ids"));
  return alignColumns([
    ["other state", [...states].join(", ") || "-"],
    ["to be removed", `${counted(containers.length, "container")}, ${counted(networks.length, "network")}`],
    ...Object.entries(volumes).map(([name, volume]) => ["to be kept", `${name}: ${volume}`]),
  ]).join("\n");
}
