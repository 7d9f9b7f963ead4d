/** An environment variable that a suite sets; what it was before comes back after the suite. */
export function useVariable(name: string): (value: string | undefined) => void {
  const set = (value: string | undefined): void => {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  };
  const before = process.env[name];
  after(() => {
    set(before);
  });
  return set;
}
