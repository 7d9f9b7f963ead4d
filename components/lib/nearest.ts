/**
 * Returns the name that is meant by a misspelt text: "gatewayPort" for "gatway_port". Case, dashes, underscores and
 * dots do not count. Undefined if more than a third of the letters differ.
 */
export function nearest(text: string, names: Iterable<string>): string | undefined {
  const letters = lettersOf(text);
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of names) {
    const other = lettersOf(name);
    const distance = editDistance(letters, other);
    const limit = Math.max(1, Math.floor(Math.max(letters.length, other.length) / 3));
    if (distance <= limit && distance < (best?.distance ?? Infinity)) best = { name, distance };
  }
  return best?.name;
}

/** Smallest number of letters to insert, remove, replace or swap with the next one, to make `b` out of `a`. */
export function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
          isSwap ? at(i - 2, j - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(a.length, b.length);
}

function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[-_.]/g, "");
}
