import { expect } from "chai";
import type { Engine } from "../../../components/catalog/service.ts";

/** The text of the catalog, with another cpu engine for a service that is the same on every accelerator. */
export function withCpuEngine(catalog: string, service: string, changes: Partial<Engine>): string {
  const engines = new RegExp(String.raw`(?<=engines: )everywhere\("${service}", .*\)(?=,\n)`);
  expect(catalog).to.match(engines);
  return catalog.replace(engines, (all) => `{ ...${all}, cpu: { ...${all}.cpu, ...${JSON.stringify(changes)} } }`);
}
