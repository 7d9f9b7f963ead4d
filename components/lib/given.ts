/** Fields that are left out if their value is undefined. */
type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Returns the fields of a record whose value is not undefined. */
export function given<T extends object>(record: T): Given<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Given<T>;
}
