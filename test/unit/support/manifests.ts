import { createPlan, type PlanArgs, type PlannedStack } from "../../../components/plan/create-plan.ts";
import type { ContainerManifest, StackManifest, StageManifest } from "../../../components/plan/manifest.ts";
import type { Forecast, Plan } from "../../../components/plan/plan.ts";
import { digest } from "./releases.ts";

/** Returns the manifest of a stage. */
export function stage(changes: Partial<StageManifest> = {}): StageManifest {
  return { parents: {}, files: {}, packages: {}, debian: [], instructions: [], arguments: {}, ...changes };
}

/** Returns the manifest of a container. */
export function container(changes: Partial<ContainerManifest> = {}): ContainerManifest {
  return { images: [], way: "create-first", settings: {}, reloads: {}, ...changes };
}

const lock = (name: string, packages: Record<string, string>, id: string): Partial<StageManifest> => ({
  lockFile: `requirements/${name}.txt`,
  lock: id,
  packages,
});

/** A stack of core and tts, with all that they stand on. */
export const STACK: PlannedStack = {
  cuda: "",
  stages: {
    registry: stage({ arguments: { baseRevision: "2026-01-01" } }),
    debian: stage({ arguments: { baseRevision: "2026-01-01" } }),
    tools: stage({ files: { uv: "0123456789ab" } }),
    base: stage({
      parents: { debian: "debian", tools: "tools" },
      debian: ["ca-certificates", "python3"],
      instructions: ["FROM debian #00000001", "RUN apt-get install … #00000002"],
      ...lock("base", { anyio: "4.16.0" }, "aaaaaaaaaaaa"),
    }),
    "core-deps": stage({
      parents: { parent: "base", tools: "tools" },
      ...lock("core", { redis: "8.1.0" }, "bbbbbbbbbbbb"),
    }),
    core: stage({
      parents: { deps: "core-deps" },
      files: {
        "services/core/morgan_core/turn.py": "111111111111",
        "services/shared/morgan_shared/app.py": "222222222222",
      },
    }),
    "tts-deps": stage({
      parents: { parent: "base", tools: "tools" },
      debian: ["espeak-ng"],
      ...lock("tts-cpu", { soundfile: "0.13.1" }, "cccccccccccc"),
    }),
    tts: stage({
      parents: { deps: "tts-deps" },
      files: {
        "services/tts/morgan_tts/app.py": "333333333333",
        "services/shared/morgan_shared/app.py": "222222222222",
      },
    }),
    haproxy: stage({ parents: { debian: "debian" }, debian: ["haproxy"] }),
    redis: stage({ parents: { debian: "debian" }, debian: ["redis-server"] }),
  },
  containers: {
    registry: container({ images: ["registry"], way: "stop-first", settings: { port: "127.0.0.1:5101" } }),
    redis: container({
      images: ["redis", "debian"],
      way: "stop-first",
      settings: { cpus: "1", "file /run/secrets/redis.conf": "secret", "redis.conf": "444444444444" },
    }),
    gateway: container({
      images: ["haproxy"],
      way: "stop-first",
      settings: { port: "127.0.0.1:8080" },
      reloads: { apiToken: "set", bodyLimit: "10485760", memory: "1 GiB" },
    }),
    tts: container({ images: ["tts"], settings: { cpus: "2" }, reloads: { memory: "1 GiB" } }),
    core: container({
      images: ["core", "debian"],
      settings: {
        "environment MORGAN_HISTORY_DAYS": "365",
        "environment MORGAN_MAX_BODY_BYTES": "10485760",
        "file /run/secrets/redis-password": "secret",
        "network data": "",
      },
      reloads: { memory: "512 MiB" },
    }),
  },
  repository: "127.0.0.1:5101/morgan/images",
  passwordRevision: "",
};

/** What a stack recorded after an `up`. */
export function recorded(stack: PlannedStack = STACK): StackManifest {
  const refs = Object.keys(stack.stages).map((name) => [name, `${stack.repository}:${name}.dev@${digest(name)}`]);
  return { version: 1, ...stack, refs: Object.fromEntries(refs) as Record<string, string>, releases: {} };
}

/** Returns a stack with another manifest of one stage. */
export function withStage(name: string, changes: Partial<StageManifest>, from: PlannedStack = STACK): PlannedStack {
  return { ...from, stages: { ...from.stages, [name]: { ...stage(from.stages[name]), ...changes } } };
}

/** Returns a stack with another manifest of one container. */
export function withContainer(
  name: string,
  changes: Partial<ContainerManifest>,
  from: PlannedStack = STACK,
): PlannedStack {
  return { ...from, containers: { ...from.containers, [name]: { ...container(from.containers[name]), ...changes } } };
}

/** Returns the plan of an `up` of the stack that has run as `STACK`. */
export function planOf(
  after: PlannedStack,
  { forecast = { unknown: [] }, ...changes }: Partial<PlanArgs> & { readonly forecast?: Forecast } = {},
): Plan {
  const made = createPlan({
    stack: "dev",
    hasRun: true,
    before: recorded(),
    after,
    release: undefined,
    changedSecrets: new Set(),
    interruptions: { redis: 1900 },
    leftOut: [],
    ...changes,
  });
  return { ...made, forecast };
}

/** Returns a record without one of its keys. */
export function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
