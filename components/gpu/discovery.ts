import { isLocal } from "../lib/engine-address.ts";
import type { Problem } from "../lib/errors.ts";
import type { Host } from "../host/host.ts";
import { PYTHON } from "../requirements/lock.ts";
import { compatibilityProblems } from "./compatibility-check.ts";
import type { CudaVersion } from "../catalog/cuda-version.ts";
import type { FoundDevice } from "./devices.ts";
import type { GpuConfig } from "../config/gpu.ts";
import { queryCards, type Card, type CardReading, type MigSlice } from "./nvidia-smi.ts";
import type { GpuSupport } from "../engine/gpu-support.ts";
import { supportProblems } from "./engine-support.ts";

/** What a machine has for a stack that wants cards. */
export interface Hardware {
  readonly support: GpuSupport;
  readonly found: readonly FoundDevice[];
  /** Why no card can be used as it is. */
  readonly problems: readonly Problem[];
}

/** What hardware is looked for. */
export interface HardwareArgs {
  readonly gpu: GpuConfig;
  readonly cudaVersion: CudaVersion;
  /** Names of the packages that the services install; asked for where a service wants a card. */
  readonly packages: () => readonly string[];
  /** Where the engine listens; empty for its usual socket. */
  readonly dockerHost: string;
}

/**
 * Looks for cards: what the engine offers, and what nvidia-smi tells, where the engine runs on this machine; of the cards of
 * another machine the configuration has to tell.
 */
export async function findHardware(
  { gpu, cudaVersion, packages, dockerHost }: HardwareArgs,
  host: Host,
): Promise<Hardware> {
  const local = isLocal(dockerHost);
  const [support, reading, hook] = await Promise.all([
    host.engine.gpuSupport(),
    local ? queryCards(host.run) : undefined,
    local && gpu.mode === "nvidia" ? host.run("nvidia-container-runtime-hook", ["--help"]) : undefined,
  ]);
  const { cards, slices } = reading?.kind === "cards" ? reading : { cards: [], slices: [] };
  const used = cards.filter((card) => isUsed(card, slices, gpu));
  return {
    support,
    found: foundDevices(cards, slices),
    problems: [
      ...supportProblems(gpu.mode, support, local ? hook !== undefined : undefined),
      ...readingProblems(reading, gpu),
      ...compatibilityProblems(cudaVersion, { python: PYTHON, packages: packages(), cards: used }),
    ],
  };
}

/** Cards as a container can be given them: a card that is cut into slices is given by the slice. */
export function foundDevices(cards: readonly Card[], slices: readonly MigSlice[]): FoundDevice[] {
  return cards.flatMap((card): FoundDevice[] => {
    const { index, uuid, name, totalMiB, freeMiB, mig } = card;
    if (!mig) return [{ names: [uuid, String(index)], name, totalMiB, freeMiB }];
    return slices
      .filter((slice) => slice.card === uuid)
      .map((slice) => ({
        names: [slice.uuid, `${String(index)}:${String(slice.index)}`],
        name: `${name} ${slice.profile}`,
        totalMiB: slice.memoryMiB,
        // Nobody tells what of a slice is in use.
        freeMiB: slice.memoryMiB,
      }));
  });
}

function isUsed({ index, uuid }: Card, slices: readonly MigSlice[], { devices, cards }: GpuConfig): boolean {
  const wanted = [...devices, ...Object.keys(cards)];
  const ofCard = slices
    .filter(({ card }) => card === uuid)
    .flatMap((slice) => [slice.uuid, `${String(index)}:${String(slice.index)}`]);
  return wanted.length === 0 || [uuid, String(index), ...ofCard].some((name) => wanted.includes(name));
}

function readingProblems(reading: CardReading | undefined, { devices, cards }: GpuConfig): Problem[] {
  if (Object.keys(cards).length > 0) return [];
  const key = "nvidia-smi";
  const expected = "cards, and a driver that tells of them";
  if (reading?.kind === "failure") return [{ key, expected, found: reading.text, fix: reading.fix }];
  if (reading !== undefined || devices.length > 0) return [];
  const fix = "install NVIDIA's driver, or say in morgan:gpuCards what cards the engine's machine has";
  return [{ key, expected, found: "no such program, or an engine on another machine", fix }];
}
