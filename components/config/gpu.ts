import type { ConfigReader } from "./reader.ts";
import { isSize, mebibytes, type Size } from "../lib/units.ts";

/** Use of a GPU by the services that can compute on one. */
export type GpuUse =
  /** Each service gets a GPU, or nothing is deployed. */
  | "required"
  /** Each service gets a GPU if the engine offers GPUs. Otherwise the services compute on the CPU. */
  | "preferred"
  /** The services compute on the CPU. */
  | "off";

/** Way in which a container gets a GPU. */
export type GpuMode =
  /** A CDI device of kind nvidia.com/gpu, from a specification that NVIDIA's container toolkit writes. */
  | "cdi"
  /** A device request to the engine's nvidia driver. */
  | "nvidia"
  /** The engine's runtime "nvidia", and the GPU in an environment variable. */
  | "runtime"
  /** No container gets a GPU. */
  | "none";

/** The section of the GPUs. */
export interface GpuConfig {
  readonly use: GpuUse;
  readonly mode: GpuMode;
  /** GPUs or slices that the stack may use, by index or UUID; empty for all that are found. */
  readonly devices: readonly string[];
  /** Memory in MiB of GPUs on which nvidia-smi cannot be run, by index or UUID. */
  readonly memoryMiB: Readonly<Record<string, number>>;
}

/** Index ("0"), slice by index ("0:1"), or UUID ("GPU-…", "MIG-…"). */
const DEVICE = /^[A-Za-z0-9][\w:.-]*$/;

/** Reads the section of the GPUs. The default of `use` is "required" for the accelerator "cuda", otherwise "off". */
export function readGpuConfig(
  { choice, list, entries, wrong, unused }: ConfigReader,
  accelerator: "cpu" | "cuda",
): GpuConfig {
  const chosen = choice("gpu", ["", "required", "preferred", "off"], "");
  const use = chosen === "" ? (accelerator === "cuda" ? "required" : "off") : chosen;
  const mode = choice("gpuMode", ["cdi", "nvidia", "runtime", "none"], "cdi");
  if (accelerator === "cpu" && use === "required") {
    wrong("gpu", '"off" if accelerator is "cpu"', '"required"', 'set accelerator to "cuda", or unset gpu');
  }
  if (use === "required" && mode === "none") {
    wrong("gpuMode", '"cdi", "nvidia" or "runtime" if a GPU is required', '"none"', "set gpuMode, or gpu to off");
  }
  const cards = entries("gpuCards", "memory by GPU").filter(([gpu, memory]) => {
    const valid = DEVICE.test(gpu) && isSize(memory);
    if (!valid) wrong(`gpuCards.${gpu}`, 'a GPU and its memory, such as "24 GiB"', JSON.stringify(memory));
    return valid;
  });
  const devices = list("gpuDevices", "GPUs by index or UUID");
  const unusable = devices.filter((device, index) => !DEVICE.test(device) || devices.indexOf(device) !== index);
  if (unusable.length > 0) wrong("gpuDevices", "GPUs by index or UUID, each once", JSON.stringify(unusable));
  if (use === "off") {
    const because = `no service uses a GPU: ${accelerator === "cpu" ? 'morgan:accelerator is "cpu"' : 'morgan:gpu is "off"'}`;
    if (devices.length > 0) unused("gpuDevices", because);
    if (cards.length > 0) unused("gpuCards", because);
  }
  return {
    use,
    mode,
    devices: devices.filter((device) => !unusable.includes(device)),
    memoryMiB: Object.fromEntries(cards.map(([gpu, memory]) => [gpu, mebibytes(memory as Size)])),
  };
}
