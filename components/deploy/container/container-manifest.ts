import type { ContainerManifest } from "../../plan/manifest.ts";
import { given } from "../../lib/given.ts";
import { shortDigest } from "../../lib/short-digest.ts";
import type { ContainerArgs } from "./container-args.ts";

/**
 * Returns what a container is made with, as the plan compares it. A value that comes from another resource has no place
 * here, because a preview may not know it: the resource is a part of the plan itself. Neither has a secret.
 */
export function containerManifest(args: ContainerArgs): ContainerManifest {
  const { plan, files } = args;
  const environment = Object.entries(args.environment ?? {}).map(([name, value]) => [
    `environment ${name}`,
    known(value),
  ]);
  const contents = Object.entries(files?.contents ?? {}).map(([path, content]) => [
    `file ${path}`,
    typeof content === "string" ? shortDigest(content) : SECRET,
  ]);
  return {
    images: [plan.image, ...(files === undefined || contents.length === 0 ? [] : ["debian"])],
    way: args.rollout,
    settings: {
      ...(Object.fromEntries([...environment, ...contents]) as Record<string, string>),
      ...Object.fromEntries(args.networks.map(({ purpose, alias }) => [`network ${purpose}`, alias ?? ""])),
      ...Object.fromEntries(mounts(args)),
      ...given({
        command: args.command?.join(" "),
        "names of the engine's host": args.engineHostNames?.join(" "),
        port: args.publish && `${args.publish.address}:${String(args.publish.external)}`,
        gpu: args.gpu && `${args.gpu.mode} ${args.gpu.device}`,
        scratch: args.scratch?.join(" "),
      }),
      user: args.user,
      cpus: String(Math.min(args.cpus, args.stack.processors)),
      startLimit: args.startLimit,
      stopLimit: args.stopLimit,
      "health check": args.healthCommand.join(" "),
      ...plan.settings,
    },
    // docker 5.2.0 changes the limit of a container that runs.
    reloads: { memory: args.memory, ...plan.reloads },
  };
}

/** Stands for a value that is a secret. */
const SECRET = "secret";

function known(value: unknown): string {
  return typeof value === "string" ? value : SECRET;
}

function mounts({ volumes = {}, readOnlyVolumes = {}, folders = {} }: ContainerArgs): [string, string][] {
  return [
    ...Object.keys(volumes).map((path): [string, string] => [`mount ${path}`, "volume"]),
    ...Object.keys(readOnlyVolumes).map((path): [string, string] => [`mount ${path}`, "volume, read-only"]),
    ...Object.entries(folders).map(([path, folder]): [string, string] => [`mount ${path}`, folder]),
  ];
}
