import { field, list, record, stringOr } from "../lib/json.ts";
import { mapValues } from "../lib/map-values.ts";
import type { LastUp, Span, Timeline } from "../plan/last-up.ts";

/** Parses what a stack recorded of its last `up`; undefined if there is none of a version that this program knows. */
export function parseLastUp(outputs: unknown): LastUp | undefined {
  const found = field(outputs, "lastUp");
  if (field(found, "version") !== 1 || field(field(found, "plan"), "version") !== 1) return undefined;
  const past = parsePast(field(found, "past"));
  const bytes = field(field(found, "cost"), "bytes");
  return {
    version: 1,
    // Nothing reads the plan of an earlier run, so it goes on as it is.
    plan: field(found, "plan") as LastUp["plan"],
    cost: { seconds: number(field(field(found, "cost"), "seconds")), ...(typeof bytes === "number" ? { bytes } : {}) },
    images: mapValues(record(field(found, "images")), (image) => ({
      seconds: numbers(field(image, "seconds")),
      layers: numbers(field(image, "layers")),
      rest: number(field(image, "rest")),
    })),
    containers: mapValues(record(field(found, "containers")), (container) => {
      const interruption = field(container, "interruption");
      return typeof interruption === "number" ? { interruption } : {};
    }),
    rest: {
      build: numbers(field(field(found, "rest"), "build")),
      deploy: numbers(field(field(found, "rest"), "deploy")),
    },
    ...(past === undefined ? {} : { past }),
    timelines: list(field(found, "timelines")).map(parseTimeline),
  };
}

function parseTimeline(value: unknown): Timeline {
  const spans = (name: string): Span[] =>
    list(field(value, name)).map((span) => ({
      name: stringOr(field(span, "name"), ""),
      from: number(field(span, "from")),
      to: number(field(span, "to")),
    }));
  return {
    began: number(field(value, "began")),
    seconds: number(field(value, "seconds")),
    builds: spans("builds"),
    containers: spans("containers"),
  };
}

function parsePast(value: unknown): LastUp["past"] {
  if (typeof field(value, "ups") !== "number") return undefined;
  const [ups = 0, secondsForecast = 0, seconds = 0, bytesForecast = 0, bytes = 0] = [
    "ups",
    "secondsForecast",
    "seconds",
    "bytesForecast",
    "bytes",
  ].map((name) => number(field(value, name)));
  return { ups, secondsForecast, seconds, bytesForecast, bytes };
}

function numbers(value: unknown): number[] {
  return list(value).filter((item) => typeof item === "number");
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** Returns unpacked bytes for each compressed byte of the images in a stack's outputs; undefined without images. */
export function unpackedShare(outputs: unknown): number | undefined {
  const sizes = Object.values(record(field(outputs, "images"))).map((image) => field(image, "size"));
  const total = (name: string): number => sizes.reduce<number>((sum, size) => sum + number(field(size, name)), 0);
  return total("compressed") > 0 ? total("unpacked") / total("compressed") : undefined;
}
