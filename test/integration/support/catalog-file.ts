import { expect } from "chai";
import type { Variant } from "../../../components/catalog/service.ts";

/** Returns the text of the catalog with changes to the CPU variant of a service that has no variant for GPUs. */
export function withCpuVariant(catalog: string, service: string, changes: Partial<Variant>): string {
  const variants = new RegExp(String.raw`(?<=variants: )everywhere\("${service}", .*\)(?=,\n)`);
  expect(catalog).to.match(variants);
  return catalog.replace(variants, (all) => `{ ...${all}, cpu: { ...${all}.cpu, ...${JSON.stringify(changes)} } }`);
}
