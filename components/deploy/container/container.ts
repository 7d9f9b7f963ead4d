import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { gpuInputs } from "./gpu.ts";
import { given } from "../../lib/given.ts";
import { goDuration, mebibytes, seconds } from "../../lib/units.ts";
import type { ContainerArgs } from "./container-args.ts";
import { containerManifest } from "./container-manifest.ts";
import { createFiles } from "./files.ts";
import { stackLabels } from "../../engine/labels.ts";
import { LABELS } from "./labels.ts";
import { LOG_ROTATION } from "./log-rotation.ts";
import type { Joined } from "./networks.ts";
import { present } from "./present.ts";

/**
 * Inputs that docker 5.2.0 does not apply to an existing container, though it plans an update. `#initerror` replaces a
 * container whose wait failed in the last run; otherwise the next up would take it as healthy.
 */
const NEEDS_REPLACEMENT = ["tmpfs", "init", "healthcheck", "#initerror"];

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
  args.stack.manifests.set(name, containerManifest(args));
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
