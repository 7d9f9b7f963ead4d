import { execFileSync, spawnSync } from "node:child_process";
import { engineApi } from "../../../components/engine/api.ts";
import { ROLE_LABEL, STACK_LABEL } from "../../../components/engine/labels.ts";
import { engineAddress } from "../../../toolchain/lib/engine-address.mjs";

/** The largest output of the docker client, in bytes. */
const OUTPUT_LIMIT = 64 * 1024 * 1024;

/** Runs the docker client and returns its output. @throws Error with the client's message if it fails. */
export function docker(...args: readonly string[]): string {
  return execFileSync("docker", args, {
    encoding: "utf8",
    maxBuffer: OUTPUT_LIMIT,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** The fields of a container that the tests read. */
export interface InspectedContainer {
  readonly Id: string;
  readonly Config: {
    readonly User: string;
    readonly Labels: Readonly<Record<string, string>>;
    readonly Env: readonly string[];
    readonly Image: string;
  };
  readonly Mounts: readonly {
    readonly Type: string;
    readonly Source: string;
    readonly Destination: string;
    readonly Name?: string;
    readonly RW: boolean;
  }[];
  readonly State: { readonly Status: string; readonly Health?: { readonly Status: string } };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[] | null;
    readonly CapAdd: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly Privileged: boolean;
    readonly Memory: number;
    readonly MemorySwap: number;
    readonly NanoCpus: number;
    readonly PidsLimit: number | null;
    readonly NetworkMode: string;
    readonly PidMode: string;
    readonly IpcMode: string;
    readonly Devices: readonly unknown[] | null;
    readonly Init: boolean;
    readonly DeviceRequests:
      readonly { readonly Driver: string; readonly DeviceIDs: readonly string[] | null }[] | null;
    readonly RestartPolicy: { readonly Name: string };
    readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
  };
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
    readonly Ports: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>>;
  };
}

/** Returns the containers of a stack by role, without the files containers. */
export function containersOf(stack: string): Record<string, InspectedContainer> {
  return byRole(inspectAll(stack).filter((container) => container.State.Status !== "created"));
}

/** Returns the files containers of a stack by role. */
export function filesContainersOf(stack: string): Record<string, InspectedContainer> {
  return byRole(inspectAll(stack).filter((container) => container.State.Status === "created"));
}

/**
 * Leaves out a container that is removed between the two commands.
 *
 * @throws Error with the engine's message if the engine does not answer.
 */
function inspectAll(stack: string): InspectedContainer[] {
  const ids = containerIds(stack);
  if (ids.length === 0) return [];
  const { stdout, stderr } = spawnSync("docker", ["container", "inspect", ...ids], {
    encoding: "utf8",
    maxBuffer: OUTPUT_LIMIT,
  });
  const refusals = lines(stderr).filter((line) => !/no such (?:object|container)/i.test(line));
  if (refusals.length > 0) throw new Error(refusals.join("\n"));
  return JSON.parse(stdout) as InspectedContainer[];
}

function byRole(containers: readonly InspectedContainer[]): Record<string, InspectedContainer> {
  return Object.fromEntries(containers.map((container) => [container.Config.Labels[ROLE_LABEL] ?? "", container]));
}

/** Returns the ids of a stack's containers by role. */
export function idsOf(stack: string): Record<string, string> {
  return Object.fromEntries(Object.entries(containersOf(stack)).map(([role, { Id }]) => [role, Id]));
}

/** Returns the health of a stack's container: "healthy", "starting", "unhealthy"; undefined without the container. */
export function healthOf(stack: string, role: string): string | undefined {
  return containersOf(stack)[role]?.State.Health?.Status;
}

/** Returns the ids of all containers of a stack, stopped containers and files containers too. */
export function containerIds(stack: string): string[] {
  return lines(docker("ps", "--all", "--quiet", "--no-trunc", "--filter", `label=${STACK_LABEL}=${stack}`));
}

/** Returns the ids of all containers and networks of a stack, and the names of its volumes. */
export function leftovers(stack: string): string[] {
  const name = ["--filter", `name=morgan-${stack}-`];
  return [
    ...containerIds(stack),
    ...lines(docker("network", "ls", "--quiet", ...name)),
    ...lines(docker("volume", "ls", "--quiet", ...name)),
  ];
}

/** Returns the names of a stack's images in the engine, in any repository: "…:core.dev", "…:core.dev@sha256:…". */
export async function imagesOf(stack: string): Promise<string[]> {
  const listed = (await engineApi(engineAddress(process.env)).get("/images/json")) as readonly {
    readonly RepoTags: readonly string[] | null;
  }[];
  const own = new RegExp(`:[a-z-]+\\.${stack}(?:-r[0-9a-f]{8})?(?:@|$)`);
  return listed.flatMap(({ RepoTags }) => RepoTags ?? []).filter((name) => own.test(name));
}

/** Removes the images of a removed stack. docker 5.2.0 lists all images of the engine for each new container. */
export async function removeImagesOf(stack: string): Promise<void> {
  // Docker 28.5.2 removes other names of an image together with the name that holds the digest. So some removals fail.
  spawnSync("docker", ["image", "rm", ...(await imagesOf(stack))], { stdio: "ignore" });
}

/** Returns the volumes that a stack's containers mount, anonymous volumes too. */
export function mountedVolumes(stack: string): string[] {
  // A single command, because a container may be removed between two. Bind mounts are paths.
  const filter = ["--all", "--no-trunc", "--filter", `label=${STACK_LABEL}=${stack}`];
  const mounts = lines(docker("ps", ...filter, "--format", "{{.Mounts}}")).flatMap((line) => line.split(","));
  return [...new Set(mounts.filter((mount) => !mount.startsWith("/")))];
}

/** Returns the names of all volumes in the engine. */
export function allVolumes(): string[] {
  return lines(docker("volume", "ls", "--quiet"));
}

/** Returns the lines of a text that are not empty. */
export function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
