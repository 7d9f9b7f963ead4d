import { request } from "node:http";
import type { GpuSupport } from "./gpu/support.ts";

/** Size of an image in bytes. */
export interface ImageSize {
  /** As it lies in the registry. */
  readonly compressed: number;
  /** As it lies on the engine's disk, layers that it shares with others included. */
  readonly unpacked: number;
}

/** A container as the engine lists it. */
export interface ListedContainer {
  readonly labels: Readonly<Record<string, string>>;
  /** Ports of the host that lead to it. */
  readonly publishedPorts: readonly number[];
}

/** What is asked of the container engine beside what Pulumi's providers do. Every question is a read. */
export interface Engine {
  /** Version of the engine: "28.5.2". @throws Error that says how it could not be reached. */
  version(): Promise<string>;
  /** Containers, stopped ones too. */
  containers(): Promise<readonly ListedContainer[]>;
  /** Ways in which it can give cards to containers. */
  gpuSupport(): Promise<GpuSupport>;
  /** Health of a container: "healthy", "unhealthy", "starting", "none" without a health check, "gone" without it. */
  health(id: string): Promise<string>;
  /** Size of an image that the engine has; zeros where it has it no more. */
  imageSize(reference: string): Promise<ImageSize>;
}

/** How long one question may take, in milliseconds. */
const TIMEOUT = 10_000;

/**
 * The engine behind `DOCKER_HOST`: "unix:///path", "tcp://host:port", "http://host:port"; the usual socket where it is
 * empty.
 */
export function connectEngine(host: string): Engine {
  const get = (path: string): Promise<unknown> => getJson(host === "" ? "unix:///var/run/docker.sock" : host, path);
  return {
    async version() {
      return text(field(await get("/version"), "Version"));
    },
    async containers() {
      return list(await get("/containers/json?all=true")).map((container) => ({
        labels: strings(field(container, "Labels")),
        publishedPorts: list(field(container, "Ports")).flatMap((port) => {
          const published = field(port, "PublicPort");
          return typeof published === "number" ? [published] : [];
        }),
      }));
    },
    async gpuSupport() {
      const [info, version] = await Promise.all([get("/info"), get("/version")]);
      return gpuSupport(info, text(field(version, "ApiVersion")));
    },
    async health(id) {
      const container = await get(`/containers/${id}/json`);
      if (container === undefined) return "gone";
      const health = field(field(field(container, "State"), "Health"), "Status");
      return typeof health === "string" ? health : "none";
    },
    async imageSize(reference) {
      const image = await get(`/images/${encodeURIComponent(reference)}/json?manifests=true`);
      const manifests = list(field(image, "Manifests"));
      return {
        compressed: sum(manifests.map((manifest) => field(field(manifest, "Size"), "Content"))),
        unpacked: sum(manifests.map((manifest) => field(field(field(manifest, "ImageData"), "Size"), "Unpacked"))),
      };
    },
  };
}

/** The engine's API lists CDI devices from version 1.50 on; before, nobody can tell. */
const LISTS_CDI = 50;

function gpuSupport(info: unknown, apiVersion: string): GpuSupport {
  const discovered = list(field(info, "DiscoveredDevices")).map((device) => text(field(device, "ID")));
  return {
    cdiDevices:
      Number(apiVersion.split(".")[1]) < LISTS_CDI
        ? undefined
        : discovered.flatMap((id) => /^nvidia\.com\/gpu=(.+)$/.exec(id)?.[1] ?? []),
    cdiFolders: list(field(info, "CDISpecDirs")).map(text),
    runtimes: Object.keys(strings(field(info, "Runtimes"))),
  };
}

/** The answer to a GET; undefined where there is no such thing. */
function getJson(host: string, path: string): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const target = host.startsWith("unix://") ? { socketPath: host.slice("unix://".length) } : tcp(host);
  const sent = request({ ...target, path, timeout: TIMEOUT }, (response) => {
    let body = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => (body += chunk));
    response.on("error", reject);
    response.on("end", () => {
      if (response.statusCode === 404) resolve(undefined);
      else if (response.statusCode === 200) resolve(parseJson(path, body));
      else reject(new Error(`${String(response.statusCode)} for ${path}: ${body.trim()}`));
    });
  });
  sent.on("timeout", () => sent.destroy(new Error(`no answer within ${String(TIMEOUT / 1000)} s`)));
  sent.on("error", reject);
  sent.end();
  return promise;
}

/** A rejected promise where the text is none: what listens there may be no engine. */
async function parseJson(path: string, text: string): Promise<unknown> {
  try {
    return await JSON.parse(text);
  } catch {
    throw new Error(`no JSON for ${path}: ${text.slice(0, 200)}`);
  }
}

function tcp(host: string): { host: string; port: string } {
  const url = new URL(host.replace(/^tcp:/, "http:"));
  return { host: url.hostname, port: url.port };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function strings(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, text(item)]));
}

function sum(values: readonly unknown[]): number {
  return values.reduce<number>((total, value) => total + (typeof value === "number" ? value : 0), 0);
}
