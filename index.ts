import "./components/startup/broken-pipe.ts";
import { readConfig } from "./components/config/config.ts";
import { thisHost } from "./components/host/host.ts";
import { withKnownSizes } from "./components/engine/known-sizes.ts";
import { startPlugins } from "./components/startup/plugins.ts";
import { preflight } from "./components/preflight/preflight.ts";
import { trustRegistry } from "./components/network/registry-trust.ts";
import { MorganStack } from "./components/stack.ts";
import { catalog } from "./services/catalog.ts";

startPlugins();
const { config: read, problems } = readConfig(catalog);
const host = thisHost(read.engine);
const { config, facts, gpu: gpuPlan, release: releasePlan, missingCa, sizes } = await preflight(read, problems, host);
trustRegistry(missingCa, config);
// Pulumi's SDK 3.270 records a stack trace for every input of every resource and maps it to TypeScript. That takes a
// large part of an up that changes nothing. Remove this line while you look for a bug in the program.
Error.stackTraceLimit = 0;
const stack = new MorganStack("morgan", {
  config,
  engine: withKnownSizes(host.engine, sizes),
  facts,
  gpuPlan,
  releasePlan,
});

export const { endpoint, engine, images, services, registry, baseImages, release, releases } = stack;
