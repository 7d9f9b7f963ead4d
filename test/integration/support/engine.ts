import { execFileSync, spawnSync } from "node:child_process";
import { engineApi } from "../../../components/engine/api.ts";
import { ROLE_LABEL, STACK_LABEL } from "../../../components/engine/labels.ts";

/** How much a client may print, in bytes. */
const MOST = 64 * 1024 * 1024;

/** Runs the docker client. @throws Error with its message where it fails. */
export function docker(...args: readonly string[]): string {
  return execFileSync("docker", args, {
    encoding: "utf8",
    maxBuffer: MOST,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** A container, as far as the tests ask. */
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

/** Every container of a stack by its role; those that only hold files are left out. */
export function containersOf(stack: string): Record<string, InspectedContainer> {
  return byRole(inspectAll(stack).filter((container) => container.State.Status !== "created"));
}

/** The containers of a stack that only hold files, by their roles. */
export function holdersOf(stack: string): Record<string, InspectedContainer> {
  return byRole(inspectAll(stack).filter((container) => container.State.Status === "created"));
}

/** Those that go between the two questions are left out. @throws Error with the engine's message where it does not answer. */
function inspectAll(stack: string): InspectedContainer[] {
  const ids = containerIds(stack);
  if (ids.length === 0) return [];
  const { stdout, stderr } = spawnSync("docker", ["container", "inspect", ...ids], {
    encoding: "utf8",
    maxBuffer: MOST,
  });
  const refusals = lines(stderr).filter((line) => !/no such (?:object|container)/i.test(line));
  if (refusals.length > 0) throw new Error(refusals.join("\n"));
  return JSON.parse(stdout) as InspectedContainer[];
}

function byRole(containers: readonly InspectedContainer[]): Record<string, InspectedContainer> {
  return Object.fromEntries(containers.map((container) => [container.Config.Labels[ROLE_LABEL] ?? "", container]));
}

/** Ids of a stack's containers by role. */
export function idsOf(stack: string): Record<string, string> {
  return Object.fromEntries(Object.entries(containersOf(stack)).map(([role, { Id }]) => [role, Id]));
}

/** Every container of a stack, stopped ones and holders of files too. */
export function containerIds(stack: string): string[] {
  return lines(docker("ps", "--all", "--quiet", "--no-trunc", "--filter", `label=${STACK_LABEL}=${stack}`));
}

/** Everything in the engine whose name carries the stack: containers, networks, volumes. */
export function leftovers(stack: string): string[] {
  const name = ["--filter", `name=morgan-${stack}-`];
  return [
    ...containerIds(stack),
    ...lines(docker("network", "ls", "--quiet", ...name)),
    ...lines(docker("volume", "ls", "--quiet", ...name)),
  ];
}

/** Names of the images in the engine that are a stack's, in whatever repository: "…:core.dev", "…:core.dev@sha256:…". */
export async function imagesOf(stack: string): Promise<string[]> {
  const listed = (await engineApi(process.env["DOCKER_HOST"] ?? "").get("/images/json")) as readonly {
    readonly RepoTags: readonly string[] | null;
  }[];
  const own = new RegExp(`:[a-z-]+\\.${stack}(?:-r[0-9a-f]{8})?(?:@|$)`);
  return listed.flatMap(({ RepoTags }) => RepoTags ?? []).filter((name) => own.test(name));
}

/** Removes the images of a stack that is gone: the more there are, the longer the engine takes for each container. */
export async function removeImagesOf(stack: string): Promise<void> {
  // To remove a name with a digest is to remove others with it.
  spawnSync("docker", ["image", "rm", ...(await imagesOf(stack))], { stdio: "ignore" });
}

/** Every volume that a stack's containers mount, those without a name of their own too. */
export function mountedVolumes(stack: string): string[] {
  // One question, as a container may go between two. Bind mounts are paths.
  const filter = ["--all", "--no-trunc", "--filter", `label=${STACK_LABEL}=${stack}`];
  const mounts = lines(docker("ps", ...filter, "--format", "{{.Mounts}}")).flatMap((line) => line.split(","));
  return [...new Set(mounts.filter((mount) => !mount.startsWith("/")))];
}

/** Every volume of the engine. */
export function allVolumes(): string[] {
  return lines(docker("volume", "ls", "--quiet"));
}

/** The lines of a program's output that hold something. */
export function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
