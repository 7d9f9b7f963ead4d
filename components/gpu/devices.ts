import type { Problem } from "../lib/errors.ts";
import type { GpuConfig } from "../config/gpu.ts";
import type { Device } from "./placement.ts";
import type { GpuSupport } from "../engine/gpu-support.ts";

/** A GPU or a slice of one, as nvidia-smi reports it. */
export interface FoundDevice {
  /** Names by which a container can request it: UUID first, because it stays the same after a restart, then index. */
  readonly names: readonly string[];
  readonly name: string;
  readonly totalMiB: number;
  readonly freeMiB: number;
}

/** The devices that a stack may use. */
export interface Devices {
  readonly devices: readonly Device[];
  readonly problems: readonly Problem[];
}

/**
 * Resolves the devices that the configuration names, or else all devices that are found.
 *
 * @param own - memory of each device that the stack's own containers fill, in MiB. Other programs use the rest.
 */
export function resolveDevices(
  config: GpuConfig,
  { cdiDevices }: Pick<GpuSupport, "cdiDevices">,
  found: readonly FoundDevice[],
  own: ReadonlyMap<string, number>,
): Devices {
  const offered = config.mode === "cdi" ? cdiDevices : undefined;
  const declared = Object.keys(config.memoryMiB);
  const all = found.flatMap(({ names }) => (isUnlisted(config, cdiDevices) ? names.slice(-1) : names.slice(0, 1)));
  const wanted = [config.devices, declared, all].find((list) => list.length > 0) ?? [];
  const resolved = wanted.map((name) => resolve(name, config, offered, found, own));
  const devices = resolved.flatMap((item) => ("id" in item ? [item] : []));
  const first = devices.map(({ names }) => names[0]);
  const twice = devices.filter(({ names }, index) => first.indexOf(names[0]) !== index);
  return {
    devices,
    problems: [
      ...resolved.flatMap((item) => ("id" in item ? [] : [item])),
      ...twice.map(({ id }) => ({
        key: "morgan:gpuDevices",
        expected: "each GPU once",
        found: `two names of ${id}`,
        fix: "name each GPU once, by index or by UUID",
      })),
    ],
  };
}

/**
 * True if the engine does not list its CDI devices (Docker before 28.2). Then an index is the safe name, since
 * specifications of nvidia-ctk before 1.15 have no UUIDs (nvidia-container-toolkit#314).
 */
function isUnlisted({ mode }: GpuConfig, cdiDevices: readonly string[] | undefined): boolean {
  return mode === "cdi" && cdiDevices === undefined;
}

function resolve(
  wanted: string,
  config: GpuConfig,
  offered: readonly string[] | undefined,
  found: readonly FoundDevice[],
  own: ReadonlyMap<string, number>,
): Device | Problem {
  const key = config.devices.includes(wanted) ? "morgan:gpuDevices" : "morgan:gpuCards";
  const match = found.find(({ names }) => names.includes(wanted));
  const names = match?.names ?? [wanted];
  const unchecked = isUnlisted(config, offered) ? wanted : names[0];
  const id = offered === undefined ? unchecked : names.find((name) => offered.includes(name));
  if (id === undefined || (match === undefined && found.length > 0)) {
    const known = id === undefined ? (offered ?? []) : found.flatMap((device) => device.names);
    return {
      key,
      expected: `GPUs that the engine has: ${known.join(", ")}`,
      found: `"${wanted}"`,
      fix: "name one of these; nvidia-smi -L lists the GPUs, and docker info the CDI devices",
    };
  }
  const declared = names.flatMap((name) => config.memoryMiB[name] ?? [])[0];
  const totalMiB = declared ?? match?.totalMiB;
  if (totalMiB === undefined) {
    return {
      key: `morgan:gpuCards.${wanted}`,
      expected: "the memory of the GPU, since nvidia-smi does not report it",
      found: "nothing",
      fix: `pulumi config set --path 'morgan:gpuCards["${wanted}"]' "24 GiB"`,
    };
  }
  const ours = names.reduce((sum, name) => sum + (own.get(name) ?? 0), 0);
  const othersMiB = match === undefined ? 0 : Math.max(0, match.totalMiB - match.freeMiB - ours);
  return { id, names, name: match?.name ?? "", totalMiB, othersMiB };
}
