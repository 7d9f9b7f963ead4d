/**
 * Returns a text as one line that shows all that is in it. The name of a file or the subject of a commit cannot end a
 * line of a table, move the cursor of a terminal, or turn the direction of what follows.
 */
export function visible(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/\p{C}/gu, "\u{FFFD}");
}
