import { engineApi, readText } from "./api.ts";
import { registryQuestions, type RegistryQuestions } from "./registry.ts";
import { field, stringOr } from "../lib/json.ts";
import type { GpuSupport } from "./gpu-support.ts";
import { mapValues } from "../lib/map-values.ts";

/** Size of an image in bytes. */
export interface ImageSize {
  /** As it lies in the registry. */
  readonly compressed: number;
  /** As it lies on the engine's disk, layers that it shares with others included. */
  readonly unpacked: number;
}

/** A container as the engine lists it. */
export interface ListedContainer {
  readonly id: string;
  /** Digest of the image that it was made from. */
  readonly image: string;
  readonly running: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Ports of the host that lead to it. */
  readonly publishedPorts: readonly number[];
}

/** Which containers are asked for: those that all of this is true of. The engine takes milliseconds for each that it lists. */
export interface ContainerFilter {
  /** Labels with their values. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Ports of the host; a container that any of them leads to. */
  readonly publishedPorts?: readonly number[];
}

/** A program to run in a container of its own. */
export interface RunArgs {
  /** Image that the engine has. */
  readonly image: string;
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** What is asked of the container engine beside what Pulumi's providers do. No answer changes anything of a stack. */
export interface Engine extends RegistryQuestions {
  /** Version of the engine: "28.5.2". @throws Error that says how it could not be reached. */
  version(): Promise<string>;
  /** Containers, stopped ones too, the newest first. */
  containers(filter: ContainerFilter): Promise<readonly ListedContainer[]>;
  /** Ways in which it can give cards to containers. */
  gpuSupport(): Promise<GpuSupport>;
  /** Health of a container: "healthy", "unhealthy", "starting", "none" without a health check, "gone" without it. */
  health(id: string): Promise<string>;
  /** Size of an image that the engine has; zeros where it has it no more. */
  imageSize(reference: string): Promise<ImageSize>;
  /**
   * What a program prints in a new container of an image, which sees that image alone, may change nothing of it, and is
   * gone afterwards. @throws Error where it cannot be run.
   */
  run(args: RunArgs): Promise<string>;
  /** What a program prints in a container that runs, as nobody. @throws Error where it cannot be run. */
  exec(id: string, command: readonly string[]): Promise<string>;
}

/** Nobody: what is run here reads files that everyone may read. */
const NOBODY = "65534:65534";

/**
 * The engine behind `DOCKER_HOST`: "unix:///path", "tcp://host:port", "http://host:port"; the usual socket where it is
 * empty.
 */
export function connectEngine(host: string): Engine {
  const api = engineApi(host);
  return {
    async version() {
      return stringOr(field(await api.get("/version"), "Version"), "");
    },
    async containers({ labels = {}, publishedPorts = [] }) {
      const filters = {
        label: Object.entries(labels).map(([name, value]) => `${name}=${value}`),
        publish: publishedPorts.map(String),
      };
      const path = `/containers/json?all=true&filters=${encodeURIComponent(JSON.stringify(filters))}`;
      return list(await api.get(path)).map((container) => ({
        id: stringOr(field(container, "Id"), ""),
        image: stringOr(field(container, "ImageID"), ""),
        running: field(container, "State") === "running",
        labels: strings(field(container, "Labels")),
        publishedPorts: list(field(container, "Ports")).flatMap((port) => {
          const published = field(port, "PublicPort");
          return typeof published === "number" ? [published] : [];
        }),
      }));
    },
    async gpuSupport() {
      const [info, version] = await Promise.all([api.get("/info"), api.get("/version")]);
      return gpuSupport(info, stringOr(field(version, "ApiVersion"), ""));
    },
    async health(id) {
      const container = await api.get(`/containers/${id}/json`);
      if (container === undefined) return "gone";
      const health = field(field(field(container, "State"), "Health"), "Status");
      return typeof health === "string" ? health : "none";
    },
    async imageSize(reference) {
      const image = await api.get(`/images/${encodeURIComponent(reference)}/json?manifests=true`);
      const manifests = list(field(image, "Manifests"));
      return {
        compressed: sum(manifests.map((manifest) => field(field(manifest, "Size"), "Content"))),
        unpacked: sum(manifests.map((manifest) => field(field(field(manifest, "ImageData"), "Size"), "Unpacked"))),
      };
    },
    ...registryQuestions(api),
    async run(args) {
      const container = `/containers/${stringOr(field(await api.post("/containers/create", confined(args)), "Id"), "")}`;
      try {
        const output = await api.stream(`${container}/attach?stream=true&stdout=true&stderr=true`);
        const [printed] = await Promise.all([readText(output), api.post(`${container}/start`)]);
        return printed;
      } finally {
        await api.remove(`${container}?force=true`);
      }
    },
    async exec(id, command) {
      const options = { Cmd: command, User: NOBODY, AttachStdout: true, AttachStderr: true, Tty: true };
      const created = await api.post(`/containers/${id}/exec`, options);
      return readText(
        await api.stream(`/exec/${stringOr(field(created, "Id"), "")}/start`, { Detach: false, Tty: true }),
      );
    },
  };
}

/** The engine's API lists CDI devices from version 1.50 on; before, nobody can tell. */
const LISTS_CDI = 50;

function gpuSupport(info: unknown, apiVersion: string): GpuSupport {
  const discovered = list(field(info, "DiscoveredDevices")).map((device) => stringOr(field(device, "ID"), ""));
  return {
    cdiDevices:
      Number(apiVersion.split(".")[1]) < LISTS_CDI
        ? undefined
        : discovered.flatMap((id) => /^nvidia\.com\/gpu=(.+)$/.exec(id)?.[1] ?? []),
    cdiFolders: list(field(info, "CDISpecDirs")).map((item) => stringOr(item, "")),
    runtimes: Object.keys(strings(field(info, "Runtimes"))),
  };
}

/** A container that its image alone decides; the engine removes it also where nobody waits for its end any more. */
function confined({ image, command, labels }: RunArgs): object {
  return {
    Image: image,
    Entrypoint: command,
    Labels: labels,
    User: NOBODY,
    // A terminal, so that the output comes as it is printed, without the frames that tell two streams apart.
    Tty: true,
    HostConfig: {
      AutoRemove: true,
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Memory: 256 * 1024 * 1024,
      LogConfig: { Type: "none" },
    },
  };
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function strings(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return mapValues({ ...value }, (item) => stringOr(item, ""));
}

function sum(values: readonly unknown[]): number {
  return values.reduce<number>((total, value) => total + (typeof value === "number" ? value : 0), 0);
}
