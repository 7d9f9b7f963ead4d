/**
 * Returns a text as code in a line of GitHub's Markdown. Nothing in it is read as Markdown, as HTML, or as a table's
 * line, and a mention in it notifies nobody.
 */
export function code(text: string): string {
  const escaped = text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[^\p{L}\p{N} ./,:;()+=-]/gu, (found) => `&#${String(found.codePointAt(0) ?? 0)};`);
  return `<code>${escaped}</code>`;
}

/** Returns a text as a block of code, inside of a fence that the text cannot end. */
export function codeBlock(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n+$/, "")}\n${fence}`;
}
