import type { CudaVersion } from "../catalog/cuda-version.ts";

/** A Python package that brings its own GPU code, and the code in the wheel that the lock files pin. */
export interface GpuPackage {
  readonly name: "torch" | "ctranslate2";
  readonly version: string;
  /** Compute capabilities that the wheel has machine code for, read from its fat binaries. */
  readonly machineCode: readonly string[];
  /** Intermediate code (PTX), which a driver compiles for newer GPUs; absent if the wheel has none. */
  readonly ptx?: {
    /** Lowest compute capability that a driver can compile it for. */
    readonly capability: string;
    /** First driver that supports this PTX version. An older driver refuses it, even within one major CUDA version. */
    readonly driver: string;
  };
}

/** The Python, driver and packages that fit one CUDA version. */
export interface CompatibilityRow {
  /** Lowest and highest Python that the torch release has wheels for. */
  readonly python: readonly [lowest: string, highest: string];
  /** Lowest Linux driver on which machine code runs. */
  readonly driver: string;
  readonly packages: readonly GpuPackage[];
}

/**
 * First driver of CUDA 12. NVIDIA's minor version compatibility: a program built with any CUDA 12 runs on this driver
 * if the program has machine code for the GPU. (CUDA Toolkit Release Notes, table of minimum drivers.) The toolkits'
 * own drivers, 550.54.14 for 12.4 and 570.26 for 12.8, matter to PTX alone. Fat binaries that nvcc compressed with
 * `-compress-mode=size` need 550.54.14; the wheels below are compressed in the old way.
 */
const CUDA_12_DRIVER = "525.60.13";

/** The wheel has PTX 8.7, which is of CUDA 12.8, whose driver is 570.26 (PTX ISA, release history). */
const ctranslate2: GpuPackage = {
  name: "ctranslate2",
  version: "4.8.5",
  machineCode: ["5.3", "6.0", "6.1", "7.0", "7.5", "8.0", "8.6"],
  ptx: { capability: "8.6", driver: "570.26" },
};

/** The compatibility table. Each torch release is the last whose default wheel is built for that CUDA version. */
export const COMPATIBILITY: Readonly<Record<CudaVersion, CompatibilityRow>> = {
  "12.4": {
    python: ["3.9", "3.13"],
    driver: CUDA_12_DRIVER,
    packages: [
      { name: "torch", version: "2.6.0", machineCode: ["5.0", "6.0", "7.0", "7.5", "8.0", "8.6", "9.0"] },
      ctranslate2,
    ],
  },
  "12.8": {
    python: ["3.10", "3.14"],
    driver: CUDA_12_DRIVER,
    packages: [
      { name: "torch", version: "2.10.0", machineCode: ["7.0", "7.5", "8.0", "8.6", "9.0", "10.0", "12.0"] },
      ctranslate2,
    ],
  },
};
