import { given } from "../lib/given.ts";
import type { Cost, ImageRecord, LastUp, Timeline } from "../plan/last-up.ts";
import type { Plan } from "../plan/plan.ts";
import { criticalPath } from "./forecast.ts";

/** The measurements of an `up`. */
export interface Measured {
  readonly cost: Cost;
  /** Seconds of each image's build in this `up`, by name. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Layers and the rest of each image that was built, by name. */
  readonly images: Readonly<Record<string, Omit<ImageRecord, "seconds">>>;
  /** Milliseconds in which no container of a name served. */
  readonly interruptions: Readonly<Record<string, number>>;
  readonly timeline: Timeline;
}

/** Number of builds, and of runs, that are remembered. */
const KEPT = 3;
/** Number of timelines that are remembered. */
const TIMELINES = 5;

/** Returns what is recorded after an `up` that changed something. */
export function recordUp(before: LastUp | undefined, plan: Plan, measured: Measured): LastUp {
  const { cost, seconds, images } = measured;
  const built = plan.images.filter(({ action }) => action === "build").map(({ name }) => name);
  const records = built.flatMap((name): [string, ImageRecord][] => {
    const [known, now] = [before?.images[name], images[name] ?? before?.images[name]];
    if (now === undefined) return [];
    return [[name, { ...now, seconds: kept(seconds[name], known?.seconds ?? []) }]];
  });
  return {
    version: 1,
    plan,
    cost,
    images: { ...before?.images, ...Object.fromEntries(records) },
    containers: {
      ...before?.containers,
      ...Object.fromEntries(
        Object.entries(measured.interruptions).map(([name, interruption]) => [name, { interruption }]),
      ),
    },
    rest: restOf(before, plan, measured),
    ...given({ past: pastOf(before, plan, cost) }),
    timelines: [measured.timeline, ...(before?.timelines ?? [])].slice(0, TIMELINES),
  };
}

/** The first `up` of a stack takes much longer than all others, so it is no history. */
function restOf(before: LastUp | undefined, plan: Plan, { cost, seconds }: Measured): LastUp["rest"] {
  const known = before?.rest ?? { build: [], deploy: [] };
  if (plan.comparedWith !== "manifest") return known;
  const images = plan.images.map(({ name, parents, action }) =>
    action === "build" ? { name, parents, forecast: given({ seconds: seconds[name] }) } : { name, parents },
  );
  const rest = Math.max(0, cost.seconds - criticalPath(images));
  return plan.images.some(({ action }) => action === "build")
    ? { ...known, build: kept(rest, known.build) }
    : { ...known, deploy: kept(rest, known.deploy) };
}

/** A forecast that had no seconds, or not of all images, is no forecast that could be wrong. */
function pastOf(before: LastUp | undefined, { forecast }: Plan, cost: Cost): LastUp["past"] {
  const past = before?.past;
  const { seconds, bytes = 0, unknown } = forecast;
  if (seconds === undefined || unknown.length > 0) return past;
  return {
    ups: (past?.ups ?? 0) + 1,
    secondsForecast: (past?.secondsForecast ?? 0) + seconds,
    seconds: (past?.seconds ?? 0) + cost.seconds,
    bytesForecast: (past?.bytesForecast ?? 0) + bytes,
    bytes: (past?.bytes ?? 0) + (cost.bytes ?? bytes),
  };
}

function kept(newest: number | undefined, before: readonly number[]): readonly number[] {
  return newest === undefined ? before : [newest, ...before].slice(0, KEPT);
}
