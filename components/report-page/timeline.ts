import { describeSeconds } from "../plan/faces/quantities.ts";
import type { Span, Timeline } from "../plan/last-up.ts";
import { CHARACTER, element, fitting, px, type Markup } from "./markup.ts";

const WIDTH = 1100;
const ROW = 18;
const TOP = 20;
/** Widest column of names, in pixels. */
const NAMES = 180;

/** Returns a run of `up` as a picture: a bar for each build and each container, on one axis of seconds. */
export function drawTimeline({ seconds, builds, containers }: Timeline): Markup {
  const rows = [
    ...builds.map((span) => ({ kind: "build", span })),
    ...containers.map((span) => ({ kind: "container", span })),
  ];
  const longest = Math.max(0, ...rows.map(({ kind, span }) => kind.length + 1 + span.name.length));
  const left = Math.min(NAMES, longest * CHARACTER + 16);
  const end = Math.max(seconds, ...rows.map(({ span }) => span.to), 0.1);
  const height = TOP + rows.length * ROW + 4;
  const x = (at: number): number => left + (at / end) * (WIDTH - left - 70);
  return element(
    "svg",
    {
      viewBox: `0 0 ${String(WIDTH)} ${String(height)}`,
      role: "img",
      "aria-label": "a timeline; the table below has the same in words",
    },
    ticks(end).map((at) => [
      element("line", { class: "tick", x1: px(x(at)), x2: px(x(at)), y1: TOP - 4, y2: height }),
      element("text", { x: px(x(at) + 3), y: 11 }, describeSeconds(at)),
    ]),
    rows.map(({ kind, span }, index) => drawRow(kind, span, { x, y: TOP + index * ROW, left })),
  );
}

interface Place {
  readonly x: (seconds: number) => number;
  readonly y: number;
  readonly left: number;
}

function drawRow(kind: string, { name, from, to }: Span, { x, y, left }: Place): Markup {
  const took = describeSeconds(Math.max(0, to - from));
  return element(
    "g",
    { class: kind },
    element("title", {}, `${kind} ${name}: ${took}, from ${describeSeconds(from)} to ${describeSeconds(to)}`),
    element("text", { x: 0, y: y + 12 }, fitting(`${kind} ${name}`, left - 8)),
    element("rect", { x: px(x(from)), y: y + 2, width: px(Math.max(1, x(to) - x(from))), height: ROW - 5 }),
    element("text", { x: px(x(to) + 4), y: y + 12 }, took),
  );
}

/** Returns about six round numbers of seconds from zero to the end. */
function ticks(end: number): readonly number[] {
  const step = STEPS.find((size) => end / size <= 7) ?? Math.ceil(end / 7);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => Math.round(index * step * 100) / 100);
}

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600];
