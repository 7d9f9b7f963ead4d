import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { docker, idsOf } from "../integration/support/engine.ts";
import { manifestOf, newBlobs } from "../integration/support/registry.ts";
import { TestStack } from "../integration/support/test-stack.ts";
import { abuse } from "./abuse/run.ts";
import { describeFigures, type Figure } from "./lib/figures.ts";
import { describeForecasts, Forecasts } from "./lib/forecasts.ts";
import { endBetweenRuns, throwIfInterrupted } from "./lib/interrupt.ts";
import { describeMachine } from "./lib/machine.ts";
import { configurationFrom } from "./side-by-side/configuration.ts";
import { EVERY_OTHER, sideBySide } from "./side-by-side/run.ts";

/** The number of repetitions of each run. The figures contain the median and all runs. */
const REPEATS = 5;

/**
 * Measures the whole stack on this machine: a first up with an installed toolchain, an up without changes, and a
 * preview. Then it measures one changed line in core, until the new container is healthy.
 */
async function bench(stack: TestStack, forecasts: Forecasts): Promise<Figure[]> {
  const first = await time("first up", () => stack.commandLine("up"));
  const ids = JSON.stringify(idsOf(stack.name));
  const nothing = await repeat("up, nothing changed", () => stack.commandLine("up"));
  const touched = JSON.stringify(idsOf(stack.name)) !== ids;
  const preview = await repeat("preview, nothing changed", () => stack.commandLine("preview"));
  const planOfNothing = await repeat("the plan's part of it", () => timedPlan(stack));
  appendFileSync(join(stack.folder, "services/core/morgan_core/__main__.py"), "# a line that is previewed\n");
  const changed = await repeat("preview, one line changed in core", () => stack.commandLine("preview"));
  const planOfLine = await repeat("the plan's part of it, with forecast", () => timedPlan(stack));

  const pushed: number[] = [];
  const replaced: number[] = [];
  const line = await repeat("up, one line changed in core", async () => {
    appendFileSync(join(stack.folder, "services/core/morgan_core/__main__.py"), "# one more line\n");
    const before = { ids: idsOf(stack.name), image: await coreManifest(stack) };
    const started = performance.now();
    const ended = await stack.commandLine("up");
    const seconds = (performance.now() - started) / 1000;
    const after = idsOf(stack.name);
    pushed.push(newBlobs(await coreManifest(stack), before.image).reduce((sum, { size }) => sum + size, 0));
    await forecasts.note("one line in core", stack);
    replaced.push(Object.keys(after).filter((role) => after[role] !== before.ids[role]).length);
    return { ...ended, seconds };
  });
  return [
    first,
    { ...nothing, note: touched ? "containers were touched" : "no container touched" },
    preview,
    planOfNothing,
    changed,
    planOfLine,
    {
      ...line,
      note: `${String(Math.max(...pushed))} bytes pushed, ${String(Math.max(...replaced))} container replaced`,
    },
  ];
}

/** Runs a preview with Pulumi's debug messages, one of which has the time that the plan took. */
async function timedPlan(stack: TestStack): Promise<Run> {
  const ended = await stack.commandLine("preview", "--debug");
  const [, milliseconds] = /the plan took (\d+) ms/.exec(ended.output) ?? [];
  if (milliseconds === undefined) throw new Error(`the preview has no time of the plan:\n${ended.output}`);
  return { ...ended, seconds: Number(milliseconds) / 1000 };
}

interface Run {
  readonly code: number;
  readonly output: string;
  /** The time that the run measured itself. Without it the whole run counts. */
  readonly seconds?: number;
}

async function time(name: string, run: () => Promise<Run>): Promise<Figure> {
  throwIfInterrupted();
  const started = performance.now();
  const { code, output, seconds } = await run();
  if (code !== 0) throw new Error(`${name} failed:\n${output}`);
  return { name, seconds: [seconds ?? (performance.now() - started) / 1000] };
}

async function repeat(name: string, run: () => Promise<Run>): Promise<Figure> {
  const runs: Figure[] = [];
  for (let index = 0; index < REPEATS; index++) {
    runs.push(await time(name, run));
    console.log(`${name}: ${String(index + 1)} of ${String(REPEATS)}`);
  }
  return { name, seconds: runs.flatMap(({ seconds }) => seconds) };
}

async function coreManifest(stack: TestStack) {
  const { images } = await stack.outputs();
  return manifestOf(images["core"]?.ref ?? "");
}

const { values } = parseArgs({
  options: {
    abuse: { type: "boolean", default: false },
    "side-by-side": { type: "boolean", default: false },
    cold: { type: "boolean", default: false },
    accelerator: { type: "string", default: "cpu" },
    config: { type: "string", multiple: true, default: [] },
    against: { type: "string", multiple: true, default: EVERY_OTHER },
  },
});

endBetweenRuns();
if (values.abuse) {
  if (!(await abuse())) process.exitCode = 1;
} else if (values["side-by-side"]) {
  // Without GPUs, because builds and rollouts are measured, on any machine.
  const config = { accelerator: values.accelerator, gpu: "off", ...configurationFrom(values.config) };
  const against = EVERY_OTHER.filter((other) => values.against.includes(other));
  await sideBySide({ config, cold: values.cold, against });
} else {
  const stack = await TestStack.create();
  try {
    console.log(`${await describeMachine(docker("version", "--format", "{{.Server.Version}}").trim())}\n`);
    const forecasts = new Forecasts();
    console.log(`\n${describeFigures(await bench(stack, forecasts))}\n\n${describeForecasts(forecasts.all)}`);
  } finally {
    await stack.dispose();
  }
}
