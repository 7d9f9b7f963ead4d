import type { Problem } from "../lib/errors.ts";
import { stageChain } from "../catalog/stages.ts";
import type { LockedPackage } from "./lock.ts";
import type { SharedStage } from "../catalog/service.ts";

/** A lock file in the chain from which an image is made. */
export interface ChainedLock {
  /** Its name without ending: "torch-12.4". */
  readonly name: string;
  readonly packages: readonly LockedPackage[];
}

/** CUDA libraries whose packages have no CUDA version in their names. The torch wheels for CUDA 13 depend on these. */
const WITHOUT_SUFFIX: ReadonlySet<string> = new Set(
  ["cublas", "cudnn", "cufft", "cufile", "curand", "cusolver", "cusparse", "cusparselt", "nccl", "nvjitlink"]
    .concat(["nvshmem", "nvtx", "cuda-cupti", "cuda-nvrtc", "cuda-runtime"])
    .map((library) => `nvidia-${library}`),
);

/** Packages that belong to torch. */
const TORCH: ReadonlySet<string> = new Set(["torch", "torchaudio", "torchvision"]);

/** Returns the CUDA library in a package, such as "cublas" for nvidia-cublas-cu12; undefined if it has none. */
export function cudaLibrary(packageName: string): string | undefined {
  const library = /^nvidia-(.+)-cu\d+$/.exec(packageName)?.[1];
  return library ?? (WITHOUT_SUFFIX.has(packageName) ? packageName.slice("nvidia-".length) : undefined);
}

/**
 * Checks the CUDA libraries and torch in the lock files of one image. No library may be in the image twice, none may be
 * in an image without CUDA, and torch must be in the shared layer.
 *
 * @param chain - the lock files from which the image is made, in the order of `lockChain`: the base's first.
 */
export function checkCudaLibraries(baseStage: SharedStage, chain: readonly ChainedLock[]): readonly Problem[] {
  return [...checkTwice(chain), ...checkPlace(baseStage, chain)];
}

/** Reports each lock file that adds a second package, or a second version, of a library. */
function checkTwice(chain: readonly ChainedLock[]): readonly Problem[] {
  const brought = new Map<string, Set<string>>();
  return chain.flatMap(({ name, packages }) => {
    const grown = new Set<string>();
    for (const { name: packageName, version } of packages) {
      const library = cudaLibrary(packageName);
      if (library === undefined) continue;
      const pins = brought.get(library) ?? new Set();
      brought.set(library, pins);
      if (pins.size > 0 && !pins.has(`${packageName}==${version}`)) grown.add(library);
      pins.add(`${packageName}==${version}`);
    }
    return [...grown].map((library) => ({
      key: `requirements/${name}.txt`,
      expected: `${library} once in an image`,
      found: [...(brought.get(library) ?? [])].join(" and "),
      fix: `pin one of them, the same in ${chain.map((lock) => `${lock.name}.in`).join(", ")}; then npm run lock`,
    }));
  });
}

function checkPlace(baseStage: SharedStage, chain: readonly ChainedLock[]): readonly Problem[] {
  const own = chain.at(-1);
  if (own === undefined) return [];
  const stages = stageChain(baseStage);
  const misplaced = own.packages.filter(
    ({ name }) =>
      (TORCH.has(name) && !stages.includes("torch-deps")) ||
      (cudaLibrary(name) !== undefined && !stages.includes("cuda-deps")),
  );
  if (misplaced.length === 0) return [];
  return [
    {
      key: `requirements/${own.name}.txt`,
      expected: `${baseStage === "base" ? "no CUDA library and no torch" : "no torch"}, since it is installed on ${baseStage}`,
      found: misplaced.map(({ name, version }) => `${name}==${version}`).join(", "),
      fix: "name the package that depends on it in requirements/overrides.txt, or give the variant another baseStage in services/catalog.ts; then npm run lock",
    },
  ];
}
