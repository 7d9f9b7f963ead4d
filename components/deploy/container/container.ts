import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { gpuInputs, type GpuAssignment } from "./gpu.ts";
import type { Rollout } from "../../catalog/rollout.ts";
import { goDuration, mebibytes, seconds, type Duration, type Size } from "../../lib/units.ts";
import { createFiles, type Files } from "./files.ts";
import { stackLabels } from "../../engine/labels.ts";
import { LOG_ROTATION } from "./log-rotation.ts";
import type { Joined } from "./networks.ts";
import type { StackContext } from "./stack-context.ts";

/** A container of the stack. What is not said here is the same for all of them. */
export interface ContainerArgs {
  /** Image by digest, or by a name in the engine. */
  readonly image: pulumi.Input<string>;
  /** Numeric user and group; never root. */
  readonly user: `${number}:${number}`;
  readonly stack: Pick<StackContext, "name">;
  /** Networks that it is on; none for the engine's default one. */
  readonly networks: readonly Joined[];
  /** Command that tells whether it is healthy, run inside it. */
  readonly healthCommand: readonly string[];
  /** How long it may take until it is healthy. */
  readonly startLimit: Duration;
  /** How long it may take to finish what it has when it is told to stop. */
  readonly stopLimit: Duration;
  readonly memory: Size;
  /** Share of the processors, in cores. */
  readonly cpus: number;
  readonly rollout: Rollout;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Configuration and secrets, as files. */
  readonly files?: Files;
  /** Named volumes, by the path where they are mounted. */
  readonly volumes?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Named volumes that it may only read, by the path where they are mounted. */
  readonly readOnlyVolumes?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Folders of the engine's host that it may read, by the path where they are mounted. */
  readonly folders?: Readonly<Record<string, string>>;
  /** The card that it is given, and how. */
  readonly gpu?: GpuAssignment | undefined;
  /** What has to be there and healthy before it is made or replaced. */
  readonly after?: readonly pulumi.Resource[];
  /** Paths that are writable and kept in memory. */
  readonly scratch?: readonly string[];
  /** The port of the host that leads to a port of the container. */
  readonly publish?: { readonly address: string; readonly external: number; readonly internal: number };
}

/** Inputs that the provider does not apply to a container that is there, without saying so. */
const NEEDS_REPLACEMENT = ["tmpfs", "init", "#initerror"];

/** The one way in which a container is made: not root, read-only, no capabilities, limited, health-gated. */
export function createContainer(parent: pulumi.Resource, name: string, args: ContainerArgs): docker.Container {
  const files =
    args.files === undefined || Object.keys(args.files.contents).length === 0
      ? undefined
      : createFiles(parent, `${name}-files`, args.stack, args.files);
  const memory = mebibytes(args.memory);
  const { environment: gpuEnvironment, ...gpu } = gpuInputs(args.gpu);
  return new docker.Container(
    name,
    {
      image: args.image,
      user: args.user,
      ...(args.command === undefined ? {} : { command: [...args.command] }),
      envs: environmentList({ ...args.environment, ...gpuEnvironment }),
      labels: stackLabels(args.stack.name, name, args.gpu?.device),
      networkMode: "bridge",
      ...(args.networks.length === 0 ? {} : { networksAdvanced: args.networks.map(networkInputs) }),
      ports:
        args.publish === undefined
          ? []
          : [{ ip: args.publish.address, external: args.publish.external, internal: args.publish.internal }],
      volumes: [
        ...(files === undefined ? [] : [{ fromContainer: files, readOnly: true }]),
        ...Object.entries(args.volumes ?? {}).map(([containerPath, volumeName]) => ({ containerPath, volumeName })),
        ...Object.entries(args.readOnlyVolumes ?? {}).map(([containerPath, volumeName]) => ({
          containerPath,
          volumeName,
          readOnly: true,
        })),
        ...Object.entries(args.folders ?? {}).map(([containerPath, hostPath]) => ({
          containerPath,
          hostPath,
          readOnly: true,
        })),
      ],
      ...gpu,
      tmpfs: Object.fromEntries((args.scratch ?? []).map((path) => [path, scratchOptions(args.user)])),
      readOnly: true,
      capabilities: { drops: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      init: true,
      memory,
      memorySwap: memory,
      cpus: args.cpus.toFixed(1),
      restart: "unless-stopped",
      ...LOG_ROTATION,
      healthcheck: {
        tests: ["CMD", ...args.healthCommand],
        // It is for people: the gateway asks by itself. Every probe starts a process, and there are nine containers.
        interval: goDuration("30 s"),
        timeout: goDuration("3 s"),
        retries: 3,
        startPeriod: goDuration(args.startLimit),
        startInterval: goDuration("200 ms"),
      },
      // What others stand on is healthy before they are made, and one on a card before the next one loads its weights. For
      // the rest `settled` waits, at the end.
      wait: args.rollout === "stop-first" || args.gpu !== undefined,
      waitTimeout: seconds(args.startLimit),
      mustRun: true,
      destroyGraceSeconds: seconds(args.stopLimit),
      stopTimeout: seconds(args.stopLimit),
    },
    {
      parent,
      dependsOn: [...(args.after ?? [])],
      deleteBeforeReplace: args.rollout === "stop-first",
      replaceOnChanges: NEEDS_REPLACEMENT,
    },
  );
}

function networkInputs({ name, alias }: Joined): docker.types.input.ContainerNetworksAdvanced {
  return alias === undefined ? { name } : { name, aliases: [alias] };
}

/** The engine gives a tmpfs the mode of the image's folder, but not its owner. */
function scratchOptions(user: string): string {
  const [uid = "", gid = ""] = user.split(":");
  return `rw,noexec,nosuid,nodev,size=64m,mode=1777,uid=${uid},gid=${gid}`;
}

function environmentList(environment: Readonly<Record<string, pulumi.Input<string>>>): pulumi.Output<string>[] {
  return Object.entries(environment)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => pulumi.interpolate`${key}=${value}`);
}
