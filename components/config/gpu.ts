import type { ConfigReader } from "./reader.ts";
import { isSize, mebibytes, type Size } from "../lib/units.ts";

/** Whether services that compute on a GPU get one. */
export type GpuUse =
  /** Each gets its card, or nothing is deployed. */
  | "required"
  /** Each gets its card where the engine offers cards; else they compute on the processor. */
  | "preferred"
  /** They compute on the processor. */
  | "off";

/** How a container is given a card. */
export type GpuMode =
  /** A CDI device of kind nvidia.com/gpu, from a specification that NVIDIA's toolkit writes. */
  | "cdi"
  /** A device request to the engine's nvidia driver. */
  | "nvidia"
  /** The engine's runtime "nvidia", and the card in an environment variable. */
  | "runtime"
  /** Not at all. */
  | "none";

/** What the configuration says of cards. */
export interface GpuConfig {
  readonly use: GpuUse;
  readonly mode: GpuMode;
  /** Cards or slices that the stack may use, by index or UUID; empty for all that are found. */
  readonly devices: readonly string[];
  /** Memory in MiB of cards that cannot be asked, by index or UUID; empty where nvidia-smi tells. */
  readonly cards: Readonly<Record<string, number>>;
}

/** Index ("0"), slice by index ("0:1"), or UUID ("GPU-…", "MIG-…"). */
const DEVICE = /^[A-Za-z0-9][\w:.-]*$/;

/** Reads what the configuration says of cards; `accelerator` decides what is usual. */
export function readGpuConfig({ choice, list, entries, wrong }: ConfigReader, accelerator: "cpu" | "cuda"): GpuConfig {
  const chosen = choice("gpu", ["", "required", "preferred", "off"], "");
  const use = chosen === "" ? (accelerator === "cuda" ? "required" : "off") : chosen;
  const mode = choice("gpuMode", ["cdi", "nvidia", "runtime", "none"], "cdi");
  if (accelerator === "cpu" && use === "required") {
    wrong("gpu", '"off" where accelerator is "cpu"', '"required"', 'set accelerator to "cuda", or unset gpu');
  }
  if (use === "required" && mode === "none") {
    wrong("gpuMode", '"cdi", "nvidia" or "runtime" where a GPU is required', '"none"', "set gpuMode, or gpu to off");
  }
  const cards = entries("gpuCards", "memory by card").filter(([card, memory]) => {
    const valid = DEVICE.test(card) && isSize(memory);
    if (!valid) wrong(`gpuCards.${card}`, 'a card and its memory, such as "24 GiB"', JSON.stringify(memory));
    return valid;
  });
  const devices = list("gpuDevices", "cards by index or UUID");
  const unusable = devices.filter((device, index) => !DEVICE.test(device) || devices.indexOf(device) !== index);
  if (unusable.length > 0) wrong("gpuDevices", "cards by index or UUID, each once", JSON.stringify(unusable));
  return {
    use,
    mode,
    devices: devices.filter((device) => !unusable.includes(device)),
    cards: Object.fromEntries(cards.map(([card, memory]) => [card, mebibytes(memory as Size)])),
  };
}
