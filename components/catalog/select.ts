import type { CudaVersion } from "./cuda-version.ts";
import type { Accelerator, Catalog, Service, SizeBudget, Variant } from "./service.ts";
import { lockChain, lockName, stageLocks, type StageLock } from "./stages.ts";

/** One service of a stack, with everything that the stack's accelerator and CUDA version decide. */
export interface StackService extends Omit<Service, "calls" | "variants"> {
  readonly name: string;
  /** Services that it calls, with the port of each at the gateway. */
  readonly calls: readonly { readonly name: string; readonly port: number }[];
  readonly variant: StackVariant;
}

/** The variant of a service that its stack runs. */
export interface StackVariant extends Omit<Variant, "requirements" | "budget"> {
  /** Path of the variant in the catalog, for messages: "tts.variants.cuda". */
  readonly key: string;
  /** The shared stages that its image is built on, the base first. */
  readonly stages: readonly StageLock[];
  /** Its own lock file, without folder and ending: "tts-12.4". */
  readonly lockFile: string;
  /** The lock files from which its image is made, the base's first, its own last. */
  readonly lockFiles: readonly string[];
  /** True if it can compute on a GPU, and takes its weights from a volume. */
  readonly usesGpu: boolean;
  readonly budget: SizeBudget;
}

/** The choice that a configuration makes from a catalog. */
export interface Selection {
  /** Names of the services. A name that the catalog lacks is left out. */
  readonly services: readonly string[];
  readonly accelerator: Accelerator;
  readonly cudaVersion: CudaVersion;
}

/** Resolves the chosen services of a catalog, in the order of the selection. */
export function selectServices(catalog: Catalog, selection: Selection): readonly StackService[] {
  return selection.services.flatMap((name) => {
    const service = catalog[name];
    return service === undefined ? [] : [resolveService(name, service, catalog, selection)];
  });
}

/**
 * Returns the name of the service that gets the requests of the published port: the catalog's, or else the first of
 * those that a stack has. Empty if it has none.
 */
export function publishedService(services: readonly Pick<StackService, "name" | "published">[]): string {
  return (services.find(({ published }) => published) ?? services[0])?.name ?? "";
}

function resolveService(
  name: string,
  { variants, calls, ...service }: Service,
  catalog: Catalog,
  { accelerator, cudaVersion }: Selection,
): StackService {
  return {
    ...service,
    name,
    calls: calls.flatMap((called) => {
      const port = catalog[called]?.port;
      return port === undefined ? [] : [{ name: called, port }];
    }),
    variant: resolveVariant(`${name}.variants.${accelerator}`, variants[accelerator], cudaVersion),
  };
}

function resolveVariant(key: string, entry: Variant, cudaVersion: CudaVersion): StackVariant {
  const { requirements, budget, ...variant } = entry;
  return {
    ...variant,
    key,
    stages: stageLocks(variant.baseStage, cudaVersion),
    lockFile: lockName(requirements, variant.baseStage, cudaVersion),
    lockFiles: lockChain(entry, cudaVersion),
    usesGpu: variant.vramMiB > 0,
    budget: "unpacked" in budget ? budget : budget[cudaVersion],
  };
}
