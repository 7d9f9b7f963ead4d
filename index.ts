import "./components/startup/broken-pipe.ts";
import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "./components/config/config.ts";
import { forecastsOf } from "./components/preflight/forecasts.ts";
import { thisHost } from "./components/host/host.ts";
import { createIdentity } from "./components/identity/state-identity.ts";
import { absentEngine } from "./components/engine/absent-engine.ts";
import { withKnownSizes } from "./components/engine/known-sizes.ts";
import { enterRun } from "./components/startup/enter-run.ts";
import { startPlugins } from "./components/startup/plugins.ts";
import { preflight } from "./components/preflight/preflight.ts";
import { trustRegistry } from "./components/network/registry-trust.ts";
import { MorganStack } from "./components/stack.ts";
import { catalog } from "./services/catalog.ts";

startPlugins();
const { config: read, problems, warnings } = readConfig(catalog);
for (const warning of warnings) void pulumi.log.warn(warning);
await enterRun(read.machine, pulumi.runtime.isDryRun());
const host = thisHost(read.engine);
const outputs = host.outputs(read.fullName);
const { known, label } = createIdentity(read.stack, outputs);
const checked = await preflight(read, problems, host, {
  outputs,
  identity: known,
  isPreview: pulumi.runtime.isDryRun(),
});
const { config } = checked;
trustRegistry(checked.missingCa, config);
// Pulumi's SDK 3.270 records a stack trace for every input of every resource and maps it to TypeScript. That takes a
// large part of an up that changes nothing. Remove this line while you look for a bug in the program.
Error.stackTraceLimit = 0;
const stack = new MorganStack("morgan", {
  config,
  identity: { ...checked.identity, label },
  adoptedVolumes: checked.adoptedVolumes,
  engine: withKnownSizes(config.machine.withoutMachine ? absentEngine(host.engine) : host.engine, checked.sizes),
  facts: checked.facts,
  gpuPlan: checked.gpu,
  releasePlan: checked.release,
  planSources: checked.planSources,
  forecasts: forecastsOf(config, host),
  leftOut: checked.leftOut,
});

export const { endpoint, certificate, engine, images, services, registry, baseImages } = stack;
export const { release, releases, identity, manifest, secretDigests, lastUp } = stack;
