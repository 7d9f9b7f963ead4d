import type { CudaVersion } from "../catalog/cuda-version.ts";

/** A Python package that brings its own GPU code, and what of it lies in the wheel that the locks pin. */
export interface GpuPackage {
  readonly name: "torch" | "ctranslate2";
  readonly version: string;
  /** Compute capabilities that it has machine code for; read from the fat binaries in the wheel. */
  readonly machineCode: readonly string[];
  /** Intermediate code (PTX), which a driver compiles for newer cards; absent where the wheel has none. */
  readonly ptx?: {
    /** Lowest compute capability that it can be compiled for. */
    readonly capability: string;
    /** First driver that knows this PTX version: an older one refuses it, minor version compatibility or not. */
    readonly driver: string;
  };
}

/** What fits together with one CUDA version. */
export interface CompatibilityRow {
  /** Lowest and highest Python that the torch release has wheels for. */
  readonly python: readonly [lowest: string, highest: string];
  /** Lowest Linux driver on which machine code runs. */
  readonly driver: string;
  readonly packages: readonly GpuPackage[];
}

/**
 * NVIDIA's minor version compatibility: what is built with any CUDA 12 runs on the first driver of CUDA 12, as long as
 * it brings machine code for the card. (CUDA Toolkit Release Notes, table of minimum drivers; the toolkits' own drivers,
 * 550.54.14 for 12.4 and 570.26 for 12.8, matter to PTX alone.) It holds for wheels whose fat binaries are compressed in
 * the old way, as these are; those built with nvcc's `-compress-mode=size` need 550.54.14.
 */
const CUDA_12_DRIVER = "525.60.13";

/** The wheel carries PTX 8.7, that is of CUDA 12.8, whose driver is 570.26 (PTX ISA, release history). */
const ctranslate2: GpuPackage = {
  name: "ctranslate2",
  version: "4.8.5",
  machineCode: ["5.3", "6.0", "6.1", "7.0", "7.5", "8.0", "8.6"],
  ptx: { capability: "8.6", driver: "570.26" },
};

/** The compatibility table. The torch releases are the last whose ordinary wheel is built for that CUDA version. */
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
