import { visible } from "../plan/faces/visible.ts";

/** A piece of HTML or SVG in which every text is escaped. */
export interface Markup {
  readonly html: string;
}

/** Content of an element. A string is a text. */
export type Content = Markup | string | readonly Content[];

const VOID: ReadonlySet<string> = new Set(["meta", "rect", "path", "line"]);

/** Returns an element with attributes and content. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>> = {},
  ...content: readonly Content[]
): Markup {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(String(value))}"`);
  const open = `<${name}${written.join("")}>`;
  return { html: VOID.has(name) && content.length === 0 ? closed(name, open) : `${open}${join(content)}</${name}>` };
}

/** HTML has no closing tag for "meta", and SVG has one for everything. */
function closed(name: string, open: string): string {
  return name === "meta" ? open : `${open.slice(0, -1)}/>`;
}

function join(content: Content): string {
  if (typeof content === "string") return escape(content);
  return "html" in content ? content.html : content.map(join).join("");
}

/** Returns a text as it can stand in an element or in an attribute. */
function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return visible(text).replaceAll(/[&<>"]/g, (found) => entities[found] ?? "");
}

/** Width of a character of the pictures' font at 11 px, which is monospaced, and a little more. */
export const CHARACTER = 6.8;

/** Returns the beginning of a text that fits into a width in pixels; empty if less than three characters fit. */
export function fitting(text: string, width: number): string {
  const shown = Array.from(visible(text));
  const room = Math.floor(width / CHARACTER);
  if (shown.length <= room) return shown.join("");
  return room < 3 ? "" : `${shown.slice(0, room - 1).join("")}…`;
}

/** Returns a number of pixels as it is written in a picture. */
export function px(value: number): number {
  return Math.round(value * 10) / 10;
}
