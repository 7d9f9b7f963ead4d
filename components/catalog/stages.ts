import type { CudaVersion } from "./cuda-version.ts";
import type { Engine, ParentStage } from "./service.ts";

/** A stage that stands on CUDA; its requirements, and those of what stands on it, are locked for each CUDA version. */
export type CudaStage = Exclude<ParentStage, "base">;

/** What each of them stands on, and which requirements it installs. */
export const CUDA_STAGES: Readonly<Record<CudaStage, Pick<Engine, "parent" | "requirements">>> = {
  "cuda-deps": { parent: "base", requirements: "cuda" },
  "torch-deps": { parent: "cuda-deps", requirements: "torch" },
};

/** A stage and all that it stands on, the base first. */
export function stageChain(stage: ParentStage): readonly ParentStage[] {
  return stage === "base" ? [stage] : [...stageChain(CUDA_STAGES[stage].parent), stage];
}

/**
 * Name of a lock of the requirements folder, without ending: "vad", "tts-12.4".
 *
 * @param stage - the stage that installs these requirements, or that they are installed on.
 */
export function lockName(requirements: string, stage: ParentStage, cudaVersion: CudaVersion): string {
  return stage === "base" ? requirements : `${requirements}-${cudaVersion}`;
}

/** The locks that an engine's image is made from, the base's first, its own last; each includes those before it. */
export function lockChain(
  { parent, requirements }: Pick<Engine, "parent" | "requirements">,
  cudaVersion: CudaVersion,
): readonly string[] {
  const shared = stageChain(parent).map((stage) =>
    stage === "base" ? stage : lockName(CUDA_STAGES[stage].requirements, stage, cudaVersion),
  );
  return [...shared, lockName(requirements, parent, cudaVersion)];
}
