/** CUDA versions for which the requirements are locked. Each has a row in the compatibility table. */
export const CUDA_VERSIONS = ["12.4", "12.8"] as const;

/** A CUDA version, as in "requirements/torch-12.4.txt". */
export type CudaVersion = (typeof CUDA_VERSIONS)[number];
