import { expect } from "chai";
import type { Variant } from "../../../components/catalog/service.ts";

/** The text of the catalog, with another cpu variant for a service that is the same on every accelerator. */
export function withCpuVariant(catalog: string, service: string, changes: Partial<Variant>): string {
  const variants = new RegExp(String.raw`(?<=variants: )everywhere\("${service}", .*\)(?=,\n)`);
  expect(catalog).to.match(variants);
  return catalog.replace(variants, (all) => `{ ...${all}, cpu: { ...${all}.cpu, ...${JSON.stringify(changes)} } }`);
}
