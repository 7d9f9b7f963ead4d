import { CUDA_VERSIONS } from "../catalog/cuda-version.ts";
import { publishedService, selectServices, type Selection, type StackService } from "../catalog/select.ts";
import type { Catalog } from "../catalog/service.ts";
import type { ConfigReader } from "./reader.ts";

/** The services of a stack, and the accelerator that they are built for. */
export interface ServicesConfig extends Pick<Selection, "accelerator" | "cudaVersion"> {
  /** Services to build and run, in the order of the catalog. */
  readonly services: readonly StackService[];
}

/** Reads the names of a stack's services and their accelerator, and returns these services of the catalog. */
export function readServices(reader: ConfigReader, catalog: Catalog): ServicesConfig {
  const accelerator = reader.choice("accelerator", ["cpu", "cuda"], "cpu");
  const cudaVersion = reader.choice("cudaVersion", CUDA_VERSIONS, "12.4");
  const selection = { accelerator, cudaVersion };
  const services = selectServices(catalog, { services: readNames(reader, catalog), ...selection });
  warnOfPublished(reader, catalog, services);
  return { ...selection, services };
}

/** The published port leads to one service; without the catalog's own, that is another, which nobody chose by name. */
function warnOfPublished({ warn }: ConfigReader, catalog: Catalog, services: readonly StackService[]): void {
  if (services.length === 0 || services.some(({ published }) => published)) return;
  const usual = Object.keys(catalog).find((name) => catalog[name]?.published === true) ?? "";
  const [published, others] = [publishedService(services), services.slice(1).map(({ name }) => name)];
  warn(
    `morgan:services has no ${usual}: the published port leads to ${published}` +
      (others.length === 0 ? "" : `, and nothing outside of the stack reaches ${others.join(", ")}`),
  );
}

function readNames({ list, wrong }: ConfigReader, catalog: Catalog): string[] {
  const all = Object.keys(catalog);
  const names = list("services", "names");
  if (names.length === 0) return all;
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) wrong("services", `names out of ${all.join(", ")}`, JSON.stringify(unknown));
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) wrong("services", "each name once", JSON.stringify(twice));
  const chosen = all.filter((name) => names.includes(name));
  for (const name of chosen) {
    const missing = (catalog[name]?.calls ?? []).filter((called) => !chosen.includes(called));
    if (missing.length > 0) wrong("services", `services called by ${name}: ${missing.join(", ")}`, chosen.join(", "));
  }
  return chosen;
}
