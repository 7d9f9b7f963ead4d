import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureCompose } from "../../../toolchain/setup/compose.mjs";
import { paths } from "../../../toolchain/lib/paths.mjs";
import { docker } from "../../integration/support/engine.ts";
import type { Configuration } from "../../integration/support/test-stack.ts";
import { copyProject, freePort, removeProject } from "../../integration/support/project.ts";
import { describeForecasts, type Forecasted } from "../lib/forecasts.ts";
import { describeMachine } from "../lib/machine.ts";
import type { Registrations } from "../../unit/support/registrations.ts";
import type { Places } from "./bake.ts";
import { pushDebian, startRegistry } from "./bench-registry.ts";
import { definitionsOf, builtOn } from "./definitions.ts";
import { recordProgram } from "../../integration/support/program.ts";
import { writeDefinitions } from "./export.ts";
import { ours } from "./ours.ts";
import { Collected, cold, warm } from "./scenarios.ts";
import { describeResults, type Results } from "./table.ts";
import { bake, compose } from "./tools.ts";
import type { Way } from "./way.ts";

/** The options of a side-by-side run. */
export interface SideBySideOptions {
  /** Configuration of the stack, by key: `accelerator`, `models`. */
  readonly config: Configuration;
  /** True if the scenarios that empty the engine's build cache are run too. */
  readonly cold: boolean;
  /** The other tools of the run. A cold run with CUDA takes minutes for each. */
  readonly against: readonly Other[];
}

/** The other tools, by their names on the command line. */
const OTHERS = {
  compose: async (places: MakePlaces) => compose("compose", await places("compose-default"), { attestations: true }),
  "compose-best": async (places: MakePlaces) =>
    compose("compose, best", await places("compose-best"), { attestations: false }),
  bake: async (places: MakePlaces) => bake("bake", await places("bake")),
} as const satisfies Record<string, (places: MakePlaces) => Promise<Way>>;

type MakePlaces = (name: string) => Promise<Places>;

/** The name of another tool. */
export type Other = keyof typeof OTHERS;

/** The names of all other tools. */
export const EVERY_OTHER = Object.keys(OTHERS) as Other[];

const WARNING = "--cold empties the build cache of this engine, of other projects too, before each of its runs.";

/**
 * Measures this project, docker compose and docker buildx bake with the same definitions, engine and registry, and
 * prints the results.
 */
export async function sideBySide(options: SideBySideOptions): Promise<void> {
  const lacking = await ensureCompose(paths({ root: process.cwd(), env: process.env }), process.env);
  if (lacking.length > 0) throw new Error(lacking.join("\n"));
  if (options.cold) console.log(`${WARNING}\n`);
  const engine = docker("version", "--format", "{{.Server.Version}}").trim();
  const composeVersion = docker("compose", "version", "--short").trim();
  console.log(`${await describeMachine(engine)}\ncompose  ${composeVersion}, ${docker("buildx", "version").trim()}\n`);

  const project = copyProject();
  try {
    const { results, forecasts } = await compareIn(project, options);
    console.log(`\n${describeResults(results)}\n\n${describeForecasts(forecasts)}`);
  } finally {
    removeProject(project);
  }
}

async function compareIn(
  project: string,
  options: SideBySideOptions,
): Promise<{ readonly results: Results; readonly forecasts: readonly Forecasted[] }> {
  const port = await freePort();
  const recordWith = async (stack: string, values: Readonly<Record<string, string>>): Promise<Registrations> =>
    recordProgram(project, stack, { ...options.config, gatewayPort: String(await freePort()), ...values });
  const local = await recordWith("bench", { registryPort: String(port) });
  const registry = startRegistry(local, `morgan-bench-registry-${String(port)}`, port);
  const remote = { registry: `${registry.host}/ours` };
  const ways: Way[] = [];
  try {
    const program = await recordWith("bench", remote);
    const debian = pushDebian(program);
    const places = async (name: string): Promise<Places> => {
      const at = { repository: `${registry.host}/${name}`, folder: join(project, "ways", name) };
      const definitions = definitionsOf(await recordWith(name, remote));
      writeDefinitions(debian === undefined ? definitions : builtOn(definitions, "debian", debian), project, at);
      return at;
    };
    const context = definitionsOf(program).stages.find(({ name }) => name === "tts-deps")?.context ?? "";
    const lock = readFileSync(join(project, context, "requirements.txt"), "utf8");
    const own = await ours("this project", remote.registry, options.config, lock);
    ways.push(own);
    for (const other of options.against) ways.push(await OTHERS[other](places));
    const collected = new Collected();
    await warm(ways, registry, readFileSync(join(project, "requirements/dev.txt"), "utf8"), collected);
    if (options.cold) await cold(ways, registry, collected, () => pushDebian(program));
    return { results: collected.results, forecasts: own.forecasts.all };
  } finally {
    for (const way of ways) await way.dispose();
    registry.dispose();
  }
}
