import type { GpuMode } from "../../config/gpu.ts";

/** How a container is given a card. */
export interface GpuAssignment {
  readonly mode: Exclude<GpuMode, "none">;
  /** Index or UUID of the card or slice. */
  readonly device: string;
}

/** What of a container's inputs gives it exactly one card. */
export interface GpuInputs {
  readonly deviceRequests?: {
    readonly driver: string;
    readonly deviceIds: string[];
    readonly capabilities?: string[];
  }[];
  readonly runtime?: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A container's inputs for a card; none for a container without one. */
export function gpuInputs(assignment: GpuAssignment | undefined): GpuInputs {
  switch (assignment?.mode) {
    case "cdi":
      return {
        deviceRequests: [{ driver: "cdi", deviceIds: [`nvidia.com/gpu=${assignment.device}`] }],
        environment: {},
      };
    case "nvidia":
      // "gpu" alone brings the driver's tools and not its compute libraries.
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
