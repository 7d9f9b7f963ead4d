import type { Registered, Registrations } from "./registrations.ts";
import { UNKNOWN } from "./wire.ts";

/**
 * Returns the reasons why Pulumi 3.259 would refuse an `up --plan` after this preview: it compares the resources, their
 * dependencies and options, and every input and output that the preview knew.
 */
export function planViolations(preview: Registrations, up: Registrations): string[] {
  const planned = new Map(preview.all.map((resource) => [key(resource), resource]));
  const missing = [...planned.keys()].filter((name) => !up.all.some((resource) => key(resource) === name));
  return [
    ...missing.map((name) => `${name}: only in the preview`),
    ...up.all.flatMap((resource) => {
      const plan = planned.get(key(resource));
      return plan === undefined ? [`${key(resource)}: only in the up`] : violationsOf(key(resource), plan, resource);
    }),
  ];
}

function violationsOf(name: string, plan: Registered, done: Registered): string[] {
  const compared: readonly (readonly [string, unknown, unknown])[] = [
    ["dependencies", names(plan.dependsOn), names(done.dependsOn)],
    ["parent", plan.parent, done.parent],
    ["protect", plan.protect, done.protect],
    ["deleteBeforeReplace", plan.deleteBeforeReplace, done.deleteBeforeReplace],
    ...Object.entries(plan.inputsFrom).flatMap(([input, from]) => {
      const now = done.inputsFrom[input];
      return now === undefined ? [] : [[`origin of ${input}`, names(from), names(now)] as const];
    }),
  ];
  const different = compared.flatMap(([what, planned, found]) => {
    const [before, after] = [JSON.stringify(planned), JSON.stringify(found)];
    return before === after ? [] : [`${name}: ${what} ${before} in the preview, ${after} in the up`];
  });
  return [
    ...different,
    ...(isAsPlanned(plan.inputs, done.inputs) ? [] : [`${name}: a known input changed`]),
    ...(isAsPlanned(plan.outputs, done.outputs) ? [] : [`${name}: a known output changed`]),
  ];
}

/** True if two values are equal but for what was unknown in the preview. */
function isAsPlanned(planned: unknown, found: unknown): boolean {
  if (planned === UNKNOWN) return true;
  if (typeof planned !== "object" || planned === null || typeof found !== "object" || found === null)
    return planned === found;
  const [before, after] = [new Map(Object.entries(planned)), new Map(Object.entries(found))];
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  return keys.every((name) => isAsPlanned(before.get(name), after.get(name)));
}

function key({ type, name }: Registered): string {
  return `${type} ${name}`;
}

function names(resources: readonly string[]): string[] {
  return [...new Set(resources)].sort();
}
