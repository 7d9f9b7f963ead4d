import type { CudaVersion } from "./cuda-version.ts";
import type { SharedStage, Variant } from "./service.ts";

/** A stage that is built on CUDA. Its requirements, and those of the stages on it, are locked for each CUDA version. */
export type CudaStage = Exclude<SharedStage, "base">;

/** The stage below each CUDA stage, and its requirements. */
export const CUDA_STAGES: Readonly<Record<CudaStage, Pick<Variant, "baseStage" | "requirements">>> = {
  "cuda-deps": { baseStage: "base", requirements: "cuda" },
  "torch-deps": { baseStage: "cuda-deps", requirements: "torch" },
};

/** A shared stage with the lock file that it installs. */
export interface StageLock {
  readonly stage: SharedStage;
  /** Name of the lock file, without folder and ending: "torch-12.4". */
  readonly lockFile: string;
}

/** Returns a stage and all stages below it, the base first. */
export function stageChain(stage: SharedStage): readonly SharedStage[] {
  return stage === "base" ? [stage] : [...stageChain(CUDA_STAGES[stage].baseStage), stage];
}

/**
 * Returns the name of a lock file, without folder and ending: "vad", "tts-12.4".
 *
 * @param stage - the stage that installs these requirements, or on which they are installed.
 */
export function lockName(requirements: string, stage: SharedStage, cudaVersion: CudaVersion): string {
  return stage === "base" ? requirements : `${requirements}-${cudaVersion}`;
}

/** Returns a stage and all stages below it with their lock files, the base first. */
export function stageLocks(stage: SharedStage, cudaVersion: CudaVersion): readonly StageLock[] {
  return stageChain(stage).map((below) => ({
    stage: below,
    lockFile: below === "base" ? below : lockName(CUDA_STAGES[below].requirements, below, cudaVersion),
  }));
}

/** Returns the lock files of a variant's image, the base's first, its own last. Each includes all before it. */
export function lockChain(
  { baseStage, requirements }: Pick<Variant, "baseStage" | "requirements">,
  cudaVersion: CudaVersion,
): readonly string[] {
  return [
    ...stageLocks(baseStage, cudaVersion).map(({ lockFile }) => lockFile),
    lockName(requirements, baseStage, cudaVersion),
  ];
}
