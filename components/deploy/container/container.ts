import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { gpuInputs, type GpuAssignment } from "./gpu.ts";
import type { Rollout } from "../../catalog/rollout.ts";
import { given } from "../../lib/given.ts";
import { goDuration, mebibytes, seconds, type Duration, type Size } from "../../lib/units.ts";
import { createFiles, type Files } from "./files.ts";
import { stackLabels } from "../../engine/labels.ts";
import { LABELS } from "./labels.ts";
import { LOG_ROTATION } from "./log-rotation.ts";
import type { Joined } from "./networks.ts";
import { present } from "./present.ts";
import type { StackContext } from "./stack-context.ts";

/** Inputs of a container. Everything else is the same for all containers of a stack. */
export interface ContainerArgs {
  /** Ref of the image, or its name in the engine. */
  readonly image: pulumi.Input<string>;
  /** Numeric user and group; never root. */
  readonly user: `${number}:${number}`;
  readonly stack: Pick<StackContext, "identity" | "processors" | "engine">;
  /** Networks that it joins; none for the engine's default network. */
  readonly networks: readonly Joined[];
  /** Names that it resolves to the engine's host, as Docker 20.10 and newer know it. Default: none. */
  readonly engineHostNames?: readonly string[];
  /** Command that runs in the container and succeeds if it is healthy. */
  readonly healthCommand: readonly string[];
  /** Time within which it has to become healthy. */
  readonly startLimit: Duration;
  /** Time within which it has to end after the stop signal. The engine then kills it. */
  readonly stopLimit: Duration;
  /** Largest memory, without swap. */
  readonly memory: Size;
  /** Upper bound of its CPU time, in cores. An engine with fewer processors gives it all of them. */
  readonly cpus: number;
  readonly rollout: Rollout;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Configuration and secrets, as files. */
  readonly files?: Files;
  /** Named volumes, by the path in the container. */
  readonly volumes?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Named volumes that are mounted read-only, by the path in the container. */
  readonly readOnlyVolumes?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Folders of the engine's host that are mounted read-only, by the path in the container. */
  readonly folders?: Readonly<Record<string, string>>;
  /** The GPU that it gets. Default: none. */
  readonly gpu?: GpuAssignment | undefined;
  /** Resources that have to be ready before the container is created or replaced. */
  readonly after?: readonly pulumi.Resource[];
  /** Writable folders in memory, 64 MiB each. */
  readonly scratch?: readonly string[];
  /** Published port: `external` on the host's `address`, `internal` in the container. */
  readonly publish?: { readonly address: string; readonly external: number; readonly internal: number };
}

/**
 * Inputs that docker 5.2.0 does not apply to an existing container, though it plans an update. `#initerror` replaces a
 * container whose wait failed in the last run; otherwise the next up would take it as healthy.
 */
const NEEDS_REPLACEMENT = ["tmpfs", "init", "#initerror"];

/** A container of the stack. */
export interface CreatedContainer {
  readonly resource: pulumi.Resource;
  /** Its id, available when the engine has the container. */
  readonly id: pulumi.Output<string>;
  /** Ref of the image that it was made from. That is an older image if `pulumi up --target` leaves the container out. */
  readonly image: pulumi.Output<string>;
}

/** Creates a container: not root, read-only, without capabilities, with limits and a health check. */
export function createContainer(parent: pulumi.Resource, name: string, args: ContainerArgs): CreatedContainer {
  const files =
    args.files === undefined || Object.keys(args.files.contents).length === 0
      ? undefined
      : createFiles(parent, `${name}-files`, args.stack, args.files);
  const memory = mebibytes(args.memory);
  const { environment: gpuEnvironment, ...gpu } = gpuInputs(args.gpu);
  const { stack, label } = args.stack.identity;
  const container = new docker.Container(
    name,
    {
      image: args.image,
      user: args.user,
      ...given({ command: args.command?.slice() }),
      envs: environmentList({ ...args.environment, ...gpuEnvironment }),
      labels: stackLabels(stack, label, name, args.gpu?.device),
      networkMode: "bridge",
      ...(args.networks.length === 0 ? {} : { networksAdvanced: args.networks.map(networkInputs) }),
      ...hostInputs(args.engineHostNames ?? []),
      ports:
        args.publish === undefined
          ? []
          : [{ ip: args.publish.address, external: args.publish.external, internal: args.publish.internal }],
      volumes: [
        // docker 5.2.0 drops `readOnly` for the volumes of another container. The engine reads it from the name.
        ...(files === undefined ? [] : [{ fromContainer: pulumi.interpolate`${files}:ro` }]),
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
      cpus: Math.min(args.cpus, args.stack.processors).toFixed(1),
      restart: "unless-stopped",
      ...LOG_ROTATION,
      healthcheck: {
        tests: ["CMD", ...args.healthCommand],
        // Seldom, because every probe starts a process. The gateway has checks of its own.
        interval: goDuration("30 s"),
        timeout: goDuration("3 s"),
        retries: 3,
        startPeriod: goDuration(args.startLimit),
        startInterval: goDuration("200 ms"),
      },
      // Backing services have to be healthy before their users are created, and a container on a GPU before the next
      // one loads its weights. The readiness gate waits for the other containers.
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
      ignoreChanges: LABELS,
    },
  );
  return { resource: container, id: present(container, name, args.stack), image: container.image };
}

function networkInputs({ name, alias }: Joined): docker.types.input.ContainerNetworksAdvanced {
  return alias === undefined ? { name } : { name, aliases: [alias] };
}

function hostInputs(names: readonly string[]): Pick<docker.ContainerArgs, "hosts"> {
  return names.length === 0 ? {} : { hosts: names.map((host) => ({ host, ip: "host-gateway" })) };
}

/** Docker 28.5 gives a tmpfs the mode of the image's folder, but not its owner. */
function scratchOptions(user: string): string {
  const [uid = "", gid = ""] = user.split(":");
  return `rw,noexec,nosuid,nodev,size=64m,mode=1777,uid=${uid},gid=${gid}`;
}

function environmentList(environment: Readonly<Record<string, pulumi.Input<string>>>): pulumi.Output<string>[] {
  return Object.entries(environment)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => pulumi.interpolate`${key}=${value}`);
}
