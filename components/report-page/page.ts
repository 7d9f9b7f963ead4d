import { costsOf } from "../plan/faces/costs.ts";
import { describeBytes, describeSeconds } from "../plan/faces/quantities.ts";
import type { Timeline } from "../plan/last-up.ts";
import { drawGraph } from "./graph.ts";
import { element, type Content, type Markup } from "./markup.ts";
import type { Report } from "./report.ts";
import { layerSizes, packageSizes, type SizeTree } from "./sizes.ts";
import { STYLE } from "./style.ts";
import { drawTimeline } from "./timeline.ts";
import { drawTreemap } from "./treemap.ts";

/** No browser loads anything for this page, or runs anything in it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** Returns a whole page about a stack. The same report gives the same text. */
export function writePage(report: Report): string {
  const { stack, endpoint, history, timelines } = report;
  const running = history.running === "" ? "no recorded release runs" : `release ${history.running} runs`;
  const head = element(
    "head",
    {},
    element("meta", { charset: "utf-8" }),
    element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
    element("meta", { "http-equiv": "Content-Security-Policy", content: POLICY }),
    element("title", {}, `Morgan stack ${stack}`),
    // No text of a stack is in the style, and a browser reads no entities in it.
    { html: `<style>${STYLE}</style>` },
  );
  const body = element(
    "body",
    {},
    element("h1", {}, `Morgan stack ${stack}`),
    element("p", {}, [endpoint, running].filter((text) => text !== "").join(" · ")),
    section("Image graph", graphOf(report)),
    section("Sizes by layer", sizesOf(layerSizes(report.records), "compressed, as in the registry", NO_LAYERS)),
    section("Sizes by package", sizesOf(packageSizes(report.installed), "on the disk, unpacked", NO_PACKAGES)),
    section("Timelines", timelines.length === 0 ? element("p", {}, NO_TIMELINES) : timelines.map(timelineOf)),
    section("Releases", releasesOf(report)),
  );
  return `<!doctype html>\n${element("html", { lang: "en" }, head, body).html}\n`;
}

const NO_LAYERS = "No up has recorded the sizes of layers.";
const NO_PACKAGES = "No service's container runs on an engine that answers, so what is installed in them is not known.";
const NO_TIMELINES = "No up has recorded when its builds and containers began and ended.";

function section(title: string, content: Content): Markup {
  return element("section", {}, element("h2", {}, title), content);
}

function wide(content: Content): Markup {
  return element("div", { class: "wide", tabindex: 0 }, content);
}

function graphOf(report: Report): Content {
  const { stages } = report;
  const names = Object.keys(stages);
  if (names.length === 0) return element("p", {}, "The stack does not record what its images are made of.");
  const rows = names.map((name) => {
    const { adds, whole, took } = costsOf(name, report);
    return [name, Object.values(stages[name]?.parents ?? {}).join(", "), adds, whole, took];
  });
  return [
    element(
      "p",
      {},
      "A line leads to the right, from an image to those that are built on it; a dashed line to those whose builds mount it.",
    ),
    wide(drawGraph(report)),
    inWords(["image", "built on", "adds, compressed", "in all, unpacked", "last build"], rows),
  ];
}

function sizesOf(tree: SizeTree, unit: string, nothing: string): Content {
  if (tree.parts.length === 0) return element("p", {}, nothing);
  const rows = tree.parts.flatMap((group) =>
    group.parts.map(({ name, bytes }) => [group.name, name, describeBytes(bytes)]),
  );
  return [
    element("p", {}, `${describeBytes(tree.bytes)} in all, ${unit}. The area of a box is its share.`),
    wide(drawTreemap(tree, `sizes of ${tree.name}; the table below has the same in words`)),
    inWords(["where", "what", "size"], rows),
  ];
}

function timelineOf(timeline: Timeline): Content {
  const { began, seconds, builds, containers } = timeline;
  const rows = [
    ...builds.map((span) => ["build", span] as const),
    ...containers.map((span) => ["container", span] as const),
  ];
  return [
    element(
      "h3",
      {},
      `${new Date(began).toISOString().slice(0, 16).replace("T", " ")} UTC, ${describeSeconds(seconds)}`,
    ),
    rows.length === 0
      ? element("p", {}, "It built nothing and started no container.")
      : [
          wide(drawTimeline(timeline)),
          inWords(
            ["what", "name", "from", "to"],
            rows.map(([kind, { name, from, to }]) => [kind, name, describeSeconds(from), describeSeconds(to)]),
          ),
        ],
  ];
}

function releasesOf({ history: { running, releases } }: Report): Content {
  if (releases.length === 0) return element("p", {}, "No release is recorded.");
  const rows = releases.map(({ id, revision, accelerator, from, services }) => [
    id,
    id === running ? "runs" : "kept",
    revision === "" ? "unknown" : revision,
    accelerator,
    from === undefined ? "built here" : from.stack,
    Object.keys(services).join(", "),
  ]);
  return wide(table(["release", "state", "revision", "accelerator", "from", "services"], rows));
}

function inWords(head: readonly string[], rows: readonly (readonly string[])[]): Markup {
  return element("details", {}, element("summary", {}, "in words"), wide(table(head, rows)));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): Markup {
  return element(
    "table",
    {},
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        head.map((cell) => element("th", { scope: "col" }, cell)),
      ),
    ),
    element(
      "tbody",
      {},
      rows.map((row) =>
        element(
          "tr",
          {},
          row.map((cell) => element("td", {}, cell)),
        ),
      ),
    ),
  );
}
