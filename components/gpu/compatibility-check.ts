import type { Problem } from "../lib/errors.ts";
import { COMPATIBILITY, type CompatibilityRow, type GpuPackage } from "./compatibility.ts";
import { CUDA_VERSIONS, type CudaVersion } from "../catalog/cuda-version.ts";
import type { Gpu } from "./nvidia-smi.ts";
import { compareVersions } from "./version.ts";

/** The Python, packages and GPUs that a row has to fit. */
export interface Target {
  /** Version of the base stage's Python, "3.11". */
  readonly python: string;
  /** Names of the packages that the services install. Only packages with GPU code of their own are checked. */
  readonly packages: readonly string[];
  /** The GPUs that the services are to use; empty if none is known. */
  readonly gpus: readonly Pick<Gpu, "index" | "name" | "driver" | "computeCapability">[];
}

/** Returns what does not fit the row of `version`. The fix names a row that fits, or else the change that is needed. */
export function compatibilityProblems(version: CudaVersion, target: Target): Problem[] {
  const row = COMPATIBILITY[version];
  const [lowest, highest] = row.python;
  const key = "morgan:cudaVersion";
  const problems: Problem[] = [];
  if (!fitsPython(row, target)) {
    problems.push({
      key,
      expected: `Python ${lowest} to ${highest}, which CUDA ${version}'s torch ${torchOf(row)} has wheels for`,
      found: `Python ${target.python} in the base stage`,
      fix: switchToFittingRow(target) ?? `give the base stage a Python from ${lowest} to ${highest}`,
    });
  }
  const misfits = gpuMisfits(row, target);
  if (misfits.length > 0) {
    problems.push({
      key,
      expected: `GPUs and a driver that the packages built for CUDA ${version} run on`,
      found: misfits.join("; "),
      fix: switchToFittingRow(target) ?? newerDriver(version, target) ?? otherGpus(version, target),
    });
  }
  return problems;
}

function fitsPython({ python: [lowest, highest] }: CompatibilityRow, { python }: Target): boolean {
  const minor = python.split(".").slice(0, 2).join(".");
  return compareVersions(minor, lowest) >= 0 && compareVersions(minor, highest) <= 0;
}

function gpuMisfits(row: CompatibilityRow, target: Target): string[] {
  return target.gpus.flatMap((gpu) =>
    installedOf(row, target).flatMap((item) => {
      const driver = driverFor(row, item, gpu.computeCapability);
      if (driver !== undefined && compareVersions(gpu.driver, driver) >= 0) return [];
      const what = `${item.name} ${item.version}`;
      const why = driver === undefined ? `${what} has no code for it` : `${what} needs driver ${driver} or newer on it`;
      return [`GPU ${gpu.index} (${describeGpu(gpu)}): ${why}`];
    }),
  );
}

/**
 * Returns the lowest driver with which a package runs on GPUs of a compute capability; undefined if no driver helps.
 * Machine code runs on its own generation (the major number) from its minor number on. A driver compiles PTX for any
 * newer GPU. (CUDA C++ Programming Guide for CUDA 12: binary and PTX compatibility.)
 */
function driverFor(row: CompatibilityRow, { machineCode, ptx }: GpuPackage, capability: string): string | undefined {
  const [generation] = capability.split(".");
  if (machineCode.some((code) => code.split(".")[0] === generation && compareVersions(code, capability) <= 0)) {
    return row.driver;
  }
  return ptx !== undefined && compareVersions(ptx.capability, capability) <= 0 ? ptx.driver : undefined;
}

function switchToFittingRow(target: Target): string | undefined {
  const fitting = CUDA_VERSIONS.find((version) => {
    const row = COMPATIBILITY[version];
    return fitsPython(row, target) && gpuMisfits(row, target).length === 0;
  });
  return fitting && `pulumi config set morgan:cudaVersion ${fitting}`;
}

/** Names the driver to install: for the configured row if that helps, else for another row to switch to as well. */
function newerDriver(configured: CudaVersion, target: Target): string | undefined {
  for (const version of [configured, ...CUDA_VERSIONS.filter((other) => other !== configured)]) {
    const row = COMPATIBILITY[version];
    const drivers = target.gpus.flatMap(({ computeCapability }) =>
      installedOf(row, target).map((item) => driverFor(row, item, computeCapability)),
    );
    const known = drivers.filter((driver) => driver !== undefined).sort(compareVersions);
    if (known.length < drivers.length || !fitsPython(row, target)) continue;
    const update = `update the NVIDIA driver to ${known.at(-1) ?? row.driver} or newer`;
    return version === configured ? update : `${update}, and pulumi config set morgan:cudaVersion ${version}`;
  }
  return undefined;
}

function otherGpus(version: CudaVersion, target: Target): string {
  const row = COMPATIBILITY[version];
  const codes = installedOf(row, target).map(({ name, machineCode, ptx }) => {
    const list = machineCode.join(", ");
    return `${name} ${list}${ptx === undefined ? "" : `, and anything above ${ptx.capability} with driver ${ptx.driver}`}`;
  });
  return `leave those GPUs out (morgan:gpuDevices), or use others; compute capabilities that have code: ${codes.join("; ")}`;
}

function installedOf(row: CompatibilityRow, target: Target): readonly GpuPackage[] {
  return row.packages.filter(({ name }) => target.packages.includes(name));
}

function torchOf(row: CompatibilityRow): string {
  return row.packages.find(({ name }) => name === "torch")?.version ?? "";
}

function describeGpu({ name, computeCapability, driver }: Target["gpus"][number]): string {
  return `${name}, compute capability ${computeCapability}, driver ${driver}`;
}
