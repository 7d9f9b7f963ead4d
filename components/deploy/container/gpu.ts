import type { GpuMode } from "../../config/gpu.ts";

/** The GPU of a container. */
export interface GpuAssignment {
  readonly mode: Exclude<GpuMode, "none">;
  /** Index or UUID of the GPU or slice. */
  readonly device: string;
}

/** The inputs of a container that give it exactly one GPU. */
export interface GpuInputs {
  readonly deviceRequests?: {
    readonly driver: string;
    readonly deviceIds: string[];
    readonly capabilities?: string[];
  }[];
  readonly runtime?: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Returns the inputs that give a container its GPU; no inputs for a container without a GPU. */
export function gpuInputs(assignment: GpuAssignment | undefined): GpuInputs {
  switch (assignment?.mode) {
    case "cdi":
      return {
        deviceRequests: [{ driver: "cdi", deviceIds: [`nvidia.com/gpu=${assignment.device}`] }],
        environment: {},
      };
    case "nvidia":
      // With "gpu" alone, NVIDIA's container toolkit mounts the driver's tools and not its compute libraries.
      return {
        deviceRequests: [
          { driver: "nvidia", deviceIds: [assignment.device], capabilities: ["gpu", "compute", "utility"] },
        ],
        environment: {},
      };
    case "runtime":
      return {
        runtime: "nvidia",
        environment: { NVIDIA_VISIBLE_DEVICES: assignment.device, NVIDIA_DRIVER_CAPABILITIES: "compute,utility" },
      };
    case undefined:
      return { environment: {} };
  }
}
