import { LONGEST, MARKER } from "./comment.ts";

/** Beginning of the last part of a stack's section, which is the first to be left out. */
const FOLDED = "\n\n<details><summary>Pulumi's own preview</summary>";
const LEFT_OUT = "\n\nPulumi's own preview is left out, because the comment would be too long.\n";
const CUT = "\n\n… cut here, because the comment would be too long\n";

/**
 * Returns one comment from those of several stacks, in their order. If it would be too long, Pulumi's own previews go
 * first, the longest before the others, and then the ends of the longest sections.
 */
export function joinComments(comments: readonly string[], longest = LONGEST): string {
  const sections = comments.map((text) => text.replace(MARKER, "").trim());
  const length = (): number => joined(sections).length;
  while (length() > longest) {
    const index = longestOf(sections.map((text) => (text.includes(FOLDED) ? text : "")));
    if (index === -1) break;
    const text = sections[index] ?? "";
    sections[index] = `${text.slice(0, text.indexOf(FOLDED))}${LEFT_OUT}`.trim();
  }
  const over = length() - longest;
  if (over > 0) {
    const room = Math.floor((longest - MARKER.length) / sections.length) - 2;
    return joined(sections.map((text) => (text.length > room ? cut(text, room) : text)));
  }
  return joined(sections);
}

function joined(sections: readonly string[]): string {
  return `${[MARKER, ...sections].join("\n\n")}\n`;
}

/** Cuts a text at the end of a line, so that no row of a table is half there. */
function cut(text: string, room: number): string {
  const kept = text.slice(0, Math.max(0, room - CUT.length));
  return `${kept.slice(0, Math.max(0, kept.lastIndexOf("\n")))}${CUT}`.trim().slice(0, room);
}

/** Returns the index of the longest text; -1 if all are empty. */
function longestOf(texts: readonly string[]): number {
  const most = Math.max(0, ...texts.map(({ length }) => length));
  return most === 0 ? -1 : texts.findIndex(({ length }) => length === most);
}
