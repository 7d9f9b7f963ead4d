import type { RunProgram } from "../system/run-program.ts";

/** A card, as the driver knows it. */
export interface Card {
  /** Its number in `nvidia-smi`, from 0 in the order of the PCI bus. */
  readonly index: number;
  /** "GPU-" and a UUID: the same after a restart, which the index need not be. */
  readonly uuid: string;
  readonly name: string;
  readonly totalMiB: number;
  /** What nobody uses at this moment. */
  readonly freeMiB: number;
  /** Version of the driver, one for all the cards: "570.86.10". */
  readonly driver: string;
  /** "9.0" */
  readonly computeCapability: string;
  /** Whether it is cut into slices (MIG); then containers get slices, and not the card. */
  readonly mig: boolean;
}

/** A slice of a card (a MIG device). */
export interface MigSlice {
  /** UUID of the card that it is a part of. */
  readonly card: string;
  /** Its number on that card, from 0. */
  readonly index: number;
  /** "MIG-" and a UUID; in drivers before R470 "MIG-GPU-…/1/0". */
  readonly uuid: string;
  /** "3g.20gb": slices of the processors, then memory. */
  readonly profile: string;
  /**
   * The memory in the profile's name, which is nominal: `nvidia-smi` has no query for a slice's own. Decimal gigabytes
   * are nearer than binary ones: 19073 for an A100's 3g.20gb, which has 19968, and 17166 for an H200's 1g.18gb, which
   * has 16384. (NVIDIA's MIG user guide, supported profiles; `nvidia-smi mig -lgip`.)
   */
  readonly memoryMiB: number;
}

/** Why `nvidia-smi` is there and says nothing usable. */
export interface NvidiaSmiFailure {
  readonly kind: "failure";
  /** What it said. */
  readonly text: string;
  /** What to do. */
  readonly fix: string;
}

/** What `nvidia-smi` says of the machine. */
export type CardReading =
  { readonly kind: "cards"; readonly cards: readonly Card[]; readonly slices: readonly MigSlice[] } | NvidiaSmiFailure;

/** The fields of the query, in the order in which `parseCards` takes them. */
export const CARD_QUERY = [
  "--query-gpu=index,uuid,name,memory.total,memory.free,driver_version,compute_cap,mig.mode.current",
  "--format=csv,noheader,nounits",
] as const;

/** Texts of `nvidia-smi` that tell what is wrong, and what to do about it. */
const KNOWN_FAILURES: readonly (readonly [text: RegExp, fix: string])[] = [
  [/Driver\/library version mismatch/i, "restart the machine: the loaded driver is another version than the installed"],
  [/couldn't communicate with the NVIDIA driver|Driver Not Loaded/i, "load the NVIDIA driver (modprobe nvidia)"],
  [/No devices were found/i, "look why the driver takes no card: lspci -d 10de:, dmesg"],
  // compute_cap is the youngest field of the query, and older than CUDA 12.
  [/is not a valid field to query/i, "update the NVIDIA driver: no package built for CUDA 12 runs on this one"],
];

/** Reads the cards of this machine; undefined where there is no `nvidia-smi`. */
export async function queryCards(run: RunProgram): Promise<CardReading | undefined> {
  const query = await run("nvidia-smi", CARD_QUERY);
  if (query === undefined) return undefined;
  const reading = query.succeeded ? parseCards(query.output) : failure(query.output);
  if (reading.kind === "failure" || !reading.cards.some(({ mig }) => mig)) return reading;
  const list = await run("nvidia-smi", ["-L"]);
  if (list?.succeeded !== true) return failure(list?.output ?? "nvidia-smi is gone");
  return { ...reading, slices: parseSlices(list.output) };
}

/** Reads the answer to `CARD_QUERY`. */
export function parseCards(text: string): CardReading {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (lines.length === 0) return failure("nvidia-smi names no card");
  const cards = lines.map(parseCard);
  const unreadable = cards.findIndex((card) => card === undefined);
  if (unreadable !== -1) return failure(lines[unreadable] ?? "");
  return { kind: "cards", cards: cards.filter((card) => card !== undefined), slices: [] };
}

/** Reads the slices from the answer to `nvidia-smi -L`. */
export function parseSlices(text: string): readonly MigSlice[] {
  let card = "";
  return text.split(/\r?\n/).flatMap((line) => {
    card = /^GPU \d+: .*\(UUID: ([^)]+)\)/.exec(line)?.[1] ?? card;
    const [, profile, memory, index, uuid] =
      /^\s+MIG (\S*?(\d+)gb\S*)\s+Device\s+(\d+):\s+\(UUID: ([^)]+)\)/.exec(line) ?? [];
    if (profile === undefined || uuid === undefined) return [];
    return [{ card, index: Number(index), uuid, profile, memoryMiB: Math.floor((Number(memory) * 1e9) / 2 ** 20) }];
  });
}

function parseCard(line: string): Card | undefined {
  // A name may hold a comma, so the fields after it are counted from the end.
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
    // "[N/A]" and "[Not Supported]" where the card cannot be cut at all.
    mig: mig === "Enabled",
  };
}

function failure(text: string): NvidiaSmiFailure {
  const known = KNOWN_FAILURES.find(([pattern]) => pattern.test(text));
  const fix = known?.[1] ?? "make nvidia-smi answer, or say in morgan:gpuCards what cards there are";
  return { kind: "failure", text: text.trim(), fix };
}
