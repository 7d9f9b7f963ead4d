/** Compares dotted versions by number: 9.0 comes before 10.0, and 570.86 before 570.86.10. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number)) as [number[], number[]];
  const differences = Array.from({ length: Math.max(left.length, right.length) }, (_, position) =>
    Math.sign((left[position] ?? 0) - (right[position] ?? 0)),
  );
  return differences.find((difference) => difference !== 0) ?? 0;
}
