/** The members that two lists have in common. */
export function common<T>(first: readonly T[], second: readonly T[]): T[] {
  return first.filter((member) => second.includes(member));
}
