import type { RunProgram } from "../system/run-program.ts";

/** A GPU, as its driver reports it. */
export interface Gpu {
  /** Its number in `nvidia-smi`, from 0, in the order of the PCI bus. */
  readonly index: number;
  /** "GPU-" and a UUID. It stays the same after a restart; the index may change. */
  readonly uuid: string;
  readonly name: string;
  readonly totalMiB: number;
  /** Memory that no program uses at this moment. */
  readonly freeMiB: number;
  /** Version of the driver, one for all GPUs: "570.86.10". */
  readonly driver: string;
  /** "9.0" */
  readonly computeCapability: string;
  /** True if it is cut into slices (MIG). Containers then get slices, and not the whole GPU. */
  readonly mig: boolean;
}

/** A slice of a GPU (a MIG device). */
export interface MigSlice {
  /** UUID of the GPU that it is a part of. */
  readonly gpu: string;
  /** Its number on that GPU, from 0. */
  readonly index: number;
  /** "MIG-" and a UUID; in drivers before R470 "MIG-GPU-…/1/0". */
  readonly uuid: string;
  /** "3g.20gb": compute slices, then memory. */
  readonly profile: string;
  /**
   * Nominal memory, from the profile's name: `--query-gpu` of driver 570 reports no memory of a slice. Decimal
   * gigabytes are nearer to the real size than binary ones. An A100's 3g.20gb counts as 19073 and has 19968; an H200's
   * 1g.18gb counts as 17166 and has 16384. (NVIDIA's MIG user guide, supported profiles; `nvidia-smi mig -lgip`.)
   */
  readonly memoryMiB: number;
}

/** The failure of an `nvidia-smi` that is installed and prints no usable answer. */
export interface NvidiaSmiFailure {
  readonly kind: "failure";
  /** The text that it printed. */
  readonly text: string;
  /** The action that puts it right. */
  readonly fix: string;
}

/** The GPUs of the machine, as `nvidia-smi` reports them, or its failure. */
export type GpuReading =
  { readonly kind: "gpus"; readonly gpus: readonly Gpu[]; readonly slices: readonly MigSlice[] } | NvidiaSmiFailure;

/** Arguments of the query, with its fields in the order in which `parseGpus` reads them. */
export const GPU_QUERY = [
  "--query-gpu=index,uuid,name,memory.total,memory.free,driver_version,compute_cap,mig.mode.current",
  "--format=csv,noheader,nounits",
] as const;

/** Error texts of `nvidia-smi`, as of driver 570, each with its fix. */
const KNOWN_FAILURES: readonly (readonly [text: RegExp, fix: string])[] = [
  [/Driver\/library version mismatch/i, "restart the machine: the loaded driver is another version than the installed"],
  [/couldn't communicate with the NVIDIA driver|Driver Not Loaded/i, "load the NVIDIA driver (modprobe nvidia)"],
  [/No devices were found/i, "check why the driver finds no GPU: lspci -d 10de:, dmesg"],
  // compute_cap is the newest field of the query, and older than the first driver of CUDA 12 (525).
  [/is not a valid field to query/i, "update the NVIDIA driver: no package built for CUDA 12 runs on this one"],
];

/** Reads the GPUs of this machine; undefined if it has no `nvidia-smi`. */
export async function queryGpus(run: RunProgram): Promise<GpuReading | undefined> {
  const query = await run("nvidia-smi", GPU_QUERY);
  if (query === undefined) return undefined;
  const reading = query.succeeded ? parseGpus(query.output) : failure(query.output);
  if (reading.kind === "failure" || !reading.gpus.some(({ mig }) => mig)) return reading;
  const list = await run("nvidia-smi", ["-L"]);
  if (list?.succeeded !== true) return failure(list?.output ?? "nvidia-smi is no longer there");
  return { ...reading, slices: parseSlices(list.output) };
}

/** Parses the answer to `GPU_QUERY`. */
export function parseGpus(text: string): GpuReading {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (lines.length === 0) return failure("nvidia-smi lists no GPU");
  const gpus = lines.map(parseGpu);
  const unreadable = gpus.findIndex((gpu) => gpu === undefined);
  if (unreadable !== -1) return failure(lines[unreadable] ?? "");
  return { kind: "gpus", gpus: gpus.filter((gpu) => gpu !== undefined), slices: [] };
}

/** Parses the slices in the answer to `nvidia-smi -L`. */
export function parseSlices(text: string): readonly MigSlice[] {
  let gpu = "";
  return text.split(/\r?\n/).flatMap((line) => {
    gpu = /^GPU \d+: .*\(UUID: ([^)]+)\)/.exec(line)?.[1] ?? gpu;
    const [, profile, memory, index, uuid] =
      /^\s+MIG (\S*?(\d+)gb\S*)\s+Device\s+(\d+):\s+\(UUID: ([^)]+)\)/.exec(line) ?? [];
    if (profile === undefined || uuid === undefined) return [];
    return [{ gpu, index: Number(index), uuid, profile, memoryMiB: Math.floor((Number(memory) * 1e9) / 2 ** 20) }];
  });
}

function parseGpu(line: string): Gpu | undefined {
  // A name may contain a comma, so the fields after it are counted from the end.
  const fields = line.trim().split(", ");
  const [index = "", uuid = ""] = fields;
  const [total = "", free = "", driver = "", computeCapability = "", mig = ""] = fields.slice(-5);
  const readable =
    fields.length >= 8 &&
    [index, total, free].every((field) => /^\d+$/.test(field)) &&
    [driver, computeCapability].every((field) => /^\d+(?:\.\d+)+$/.test(field));
  if (!readable) return undefined;
  return {
    index: Number(index),
    uuid,
    name: fields.slice(2, -5).join(", "),
    totalMiB: Number(total),
    freeMiB: Number(free),
    driver,
    computeCapability,
    // A GPU that cannot be cut has "[N/A]", or "[Not Supported]" in older drivers.
    mig: mig === "Enabled",
  };
}

function failure(text: string): NvidiaSmiFailure {
  const known = KNOWN_FAILURES.find(([pattern]) => pattern.test(text));
  const fix = known?.[1] ?? "repair nvidia-smi, or list the GPUs in morgan:gpuCards";
  return { kind: "failure", text: text.trim(), fix };
}
