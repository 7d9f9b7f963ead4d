import { counted } from "../../lib/counted.ts";
import type { Plan, PlannedContainer, PlannedImage, PlannedPromotion } from "../plan.ts";
import { code, codeBlock } from "./markdown.ts";
import { describeGraph } from "./mermaid.ts";
import { describeContainerReason, describeImageReason, describeInterruption } from "./reason.ts";
import { describeSummary } from "./summary.ts";
import { limited } from "./table.ts";

/** The plan of one stack, with what Pulumi itself prints. */
export interface StackPreview {
  readonly plan: Plan;
  /** Text of `pulumi preview`. */
  readonly diff: string;
}

/** First line of a comment, by which its next version finds it. Nobody sees it. */
export const MARKER = "<!-- morgan-plan -->";

/** Longest comment that GitHub takes, in characters. */
export const LONGEST = 65_536;

/** Returns the comment of a pull request on one or more stacks. The same plans give the same text. */
export function describeComment(previews: readonly StackPreview[], longest = LONGEST): string {
  const room = Math.floor((longest - MARKER.length - 2) / Math.max(previews.length, 1)) - 1;
  return `${[MARKER, ...previews.map((preview) => section(preview, room))].join("\n")}\n`;
}

/** Returns the section of a stack. What matters least is cut first: Pulumi's text, then the picture, then rows. */
function section({ plan, diff }: StackPreview, room: number): string {
  const title = `### ${code(plan.stack)}: ${code(describeSummary(plan))}`;
  const rows = tables(plan);
  const picture = codeBlock(describeGraph(plan.images), "mermaid");
  const [head, graph] = [[title, ...rows].join("\n"), details("The image graph", picture)];
  const withGraph = plan.images.length === 0 ? head : `${head}\n\n${graph}`;
  const folded = (text: string): string => `${withGraph}\n\n${details("Pulumi's own preview", codeBlock(text, ""))}`;
  if (folded(diff).length <= room) return folded(diff);
  const over = folded(diff).length - room + CUT.length + 10;
  if (diff.length - over > LEAST) return folded(`${diff.slice(0, diff.length - over)}\n${CUT}`);
  if (`${withGraph}\n\n${NO_DIFF}`.length <= room) return `${withGraph}\n\n${NO_DIFF}`;
  const kept = rows.filter(
    (_, index) => [title, ...rows.slice(0, index + 1), NO_DIFF, CUT, ""].join("\n").length <= room,
  );
  return [title, ...kept, "", kept.length < rows.length ? CUT : NO_DIFF].join("\n").slice(0, room);
}

/** Shortest piece of Pulumi's text that is worth its place, in characters. */
const LEAST = 500;
const CUT = "… cut here, because the comment would be too long";
const NO_DIFF = "The rest is left out, because the comment would be too long.";

function details(summary: string, text: string): string {
  return `<details><summary>${summary}</summary>\n\n${text}\n\n</details>`;
}

function tables(plan: Plan): string[] {
  const images = plan.images.filter(({ action }) => action !== "cached");
  const containers = plan.containers.filter(({ action }) => action !== "untouched");
  return [
    ...(plan.comparedWith === "no manifest"
      ? ["", "What this stack is made of is not recorded. Its next `up` records it."]
      : []),
    ...(plan.promotion === undefined ? [] : promotionLines(plan.promotion)),
    ...(images.length === 0 ? [] : ["", "| image | what | why |", "| --- | --- | --- |", ...images.map(imageRow)]),
    ...(containers.length === 0
      ? []
      : [
          "",
          "| container | what | how | why | interrupts |",
          "| --- | --- | --- | --- | --- |",
          ...containers.map(containerRow),
        ]),
    ...(plan.leftOut.length === 0 ? [] : ["", ...plan.leftOut.map((sentence) => `- left out: ${code(sentence)}`)]),
  ];
}

function imageRow({ name, action, reasons }: PlannedImage): string {
  return `| ${code(name)} | ${action} | ${cell(reasons.map(describeImageReason))} |`;
}

function containerRow({ name, action, reasons, way, interrupts }: PlannedContainer): string {
  const effect = action === "replace" ? code(describeInterruption(interrupts)) : "";
  return `| ${code(name)} | ${action} | ${way ?? ""} | ${cell(reasons.map(describeContainerReason))} | ${effect} |`;
}

function cell(reasons: readonly string[]): string {
  return limited(reasons, false).map(code).join("<br>");
}

function promotionLines({ from, to, services, commits = [] }: PlannedPromotion): string[] {
  if (from?.id === to.id) return [];
  const rows = services.flatMap(({ name, reasons }) =>
    reasons.length === 0 ? [] : [`| ${code(name)} | ${cell(reasons.map(describeImageReason))} |`],
  );
  const listed = limited(
    commits.map(({ id, subject }) => `${id} ${subject}`),
    false,
  ).map((line) => `- ${code(line)}`);
  return [
    "",
    `Release ${from === undefined ? "none" : code(from.id)} → ${code(to.id)}${to.revision === "" ? "" : `, revision ${code(to.revision)}`}.`,
    ...(rows.length === 0 ? [] : ["", "| service | what differs |", "| --- | --- |", ...rows]),
    ...(listed.length === 0 ? [] : ["", `${counted(commits.length, "commit")}:`, "", ...listed]),
  ];
}
