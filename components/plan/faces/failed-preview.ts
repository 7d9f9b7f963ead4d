import { MARKER } from "./comment.ts";
import { code, codeBlock } from "./markdown.ts";

/** Longest text of a failed preview, in characters: its end, where the error is. */
const LONGEST = 20_000;

/** Returns the comment of a pull request on a stack whose preview failed, with what it printed. */
export function describeFailedPreview(stack: string, output: string): string {
  const text = output.trim();
  const end = text.length > LONGEST ? `…${text.slice(-LONGEST)}` : text;
  return `${MARKER}\n### ${code(stack)}: the preview failed\n\n<details><summary>Pulumi's own preview</summary>\n\n${codeBlock(end, "")}\n\n</details>\n`;
}
