import { isLocal } from "../lib/engine-address.ts";
import type { Problem } from "../lib/errors.ts";
import type { Host } from "../host/host.ts";
import { PYTHON } from "../requirements/lock.ts";
import { compatibilityProblems } from "./compatibility-check.ts";
import type { CudaVersion } from "../catalog/cuda-version.ts";
import type { FoundDevice } from "./devices.ts";
import type { GpuConfig } from "../config/gpu.ts";
import { queryGpus, type Gpu, type GpuReading, type MigSlice } from "./nvidia-smi.ts";
import type { GpuSupport } from "../engine/gpu-support.ts";
import { supportProblems } from "./engine-support.ts";

/** The GPUs of a machine and of its engine. */
export interface Discovery {
  readonly support: GpuSupport;
  readonly found: readonly FoundDevice[];
  /** Reasons why no GPU can be used as it is. */
  readonly problems: readonly Problem[];
}

/** Inputs of the discovery. */
export interface DiscoveryArgs {
  readonly gpu: GpuConfig;
  readonly cudaVersion: CudaVersion;
  /** Returns the names of the packages that the services install. It is called only if a service wants a GPU. */
  readonly packages: () => readonly string[];
  /** Address of the engine. */
  readonly dockerHost: string;
}

/**
 * Finds the GPUs that the engine offers, and those that nvidia-smi reports if the engine runs on this machine. The GPUs
 * of another machine have to be in the configuration.
 */
export async function discoverGpus(
  { gpu, cudaVersion, packages, dockerHost }: DiscoveryArgs,
  host: Host,
): Promise<Discovery> {
  const local = isLocal(dockerHost);
  const [support, reading, hook] = await Promise.all([
    host.engine.gpuSupport(),
    local ? queryGpus(host.run) : undefined,
    local && gpu.mode === "nvidia" ? host.run("nvidia-container-runtime-hook", ["--help"]) : undefined,
  ]);
  const { gpus, slices } = reading?.kind === "gpus" ? reading : { gpus: [], slices: [] };
  const used = gpus.filter((item) => isUsed(item, slices, gpu));
  return {
    support,
    found: foundDevices(gpus, slices),
    problems: [
      ...supportProblems(gpu.mode, support, local ? hook !== undefined : undefined),
      ...readingProblems(reading, gpu),
      ...compatibilityProblems(cudaVersion, { python: PYTHON, packages: packages(), gpus: used }),
    ],
  };
}

/** Returns the devices that a container can get. A GPU that is cut into slices counts as its slices. */
export function foundDevices(gpus: readonly Gpu[], slices: readonly MigSlice[]): FoundDevice[] {
  return gpus.flatMap((gpu): FoundDevice[] => {
    const { index, uuid, name, totalMiB, freeMiB, mig } = gpu;
    if (!mig) return [{ names: [uuid, String(index)], name, totalMiB, freeMiB }];
    return slices
      .filter((slice) => slice.gpu === uuid)
      .map((slice) => ({
        names: [slice.uuid, `${String(index)}:${String(slice.index)}`],
        name: `${name} ${slice.profile}`,
        totalMiB: slice.memoryMiB,
        // `--query-gpu` of driver 570 does not report the used memory of a slice.
        freeMiB: slice.memoryMiB,
      }));
  });
}

function isUsed({ index, uuid }: Gpu, slices: readonly MigSlice[], { devices, memoryMiB }: GpuConfig): boolean {
  const wanted = [...devices, ...Object.keys(memoryMiB)];
  const ownSlices = slices
    .filter((slice) => slice.gpu === uuid)
    .flatMap((slice) => [slice.uuid, `${String(index)}:${String(slice.index)}`]);
  return wanted.length === 0 || [uuid, String(index), ...ownSlices].some((name) => wanted.includes(name));
}

function readingProblems(reading: GpuReading | undefined, { devices, memoryMiB }: GpuConfig): Problem[] {
  if (Object.keys(memoryMiB).length > 0) return [];
  const key = "nvidia-smi";
  const expected = "GPUs, and a driver that reports them";
  if (reading?.kind === "failure") return [{ key, expected, found: reading.text, fix: reading.fix }];
  if (reading !== undefined || devices.length > 0) return [];
  const fix = "install NVIDIA's driver, or list the GPUs of the engine's machine in morgan:gpuCards";
  return [{ key, expected, found: "no such program, or an engine on another machine", fix }];
}
