import type { EngineApi } from "./api.ts";
import { withoutFrames } from "./log-frames.ts";
import { field, list, strings, stringOr } from "../lib/json.ts";

/** A port of the host that leads to a container. */
export interface PublishedPort {
  /** Address of the host: "127.0.0.1"; "0.0.0.0" or "::" for all. */
  readonly address: string;
  readonly port: number;
}

/** A container as the engine lists it. */
export interface ListedContainer {
  readonly id: string;
  /** Digest of the image that it was made from. */
  readonly image: string;
  readonly running: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Ports of the host that lead to it, while it runs. */
  readonly published: readonly PublishedPort[];
}

/** Conditions that a listed container fulfils, all of them. The engine needs milliseconds for each that it lists. */
export interface ContainerFilter {
  /** Labels with their values. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Ports of the host; a container that any of them leads to. */
  readonly publishedPorts?: readonly number[];
  /** Name of a volume that it has. */
  readonly volume?: string;
}

/** One container with its state. */
export interface InspectedContainer {
  readonly id: string;
  readonly name: string;
  /** "running", "restarting", "exited", "created", … */
  readonly status: string;
  /** "healthy", "starting", "unhealthy"; "none" without a health check. */
  readonly health: string;
  /** Last line that its health checks printed; empty if there is none. */
  readonly lastProbe: string;
  /** Time at which it was created, in the engine's format. */
  readonly createdAt: string;
  /** Time at which its process started, in the engine's format. */
  readonly startedAt: string;
  readonly exitCode: number;
  /** Number of times that the engine has started it again. */
  readonly restarts: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** Requests about containers. */
export interface ContainerRequests {
  /** Containers, stopped ones too, the newest first. */
  containers(filter: ContainerFilter): Promise<readonly ListedContainer[]>;
  /** One container; undefined if it is gone. */
  inspect(id: string): Promise<InspectedContainer | undefined>;
  /** Health of a container: "healthy", "unhealthy", "starting", "none" without a health check, "gone" without it. */
  health(id: string): Promise<string>;
  /** The last lines that a container wrote to both of its outputs. @throws Error with the engine's reason. */
  logs(id: string, lines: number): Promise<string>;
  /** Starts a container; one that runs stays as it is. */
  start(id: string): Promise<void>;
  /** Stops a container, after the time that it was given to finish its work. */
  stop(id: string): Promise<void>;
  /** Limits the processes and threads of a container. */
  limitProcesses(id: string, limit: number): Promise<void>;
}

/** Longest time of a stop, in milliseconds; longer than a container may take to finish its work. */
const STOP_LIMIT = 60_000;

/** The containers of the engine behind an API. */
export function containerRequests(api: EngineApi): ContainerRequests {
  const inspect = async (id: string): Promise<InspectedContainer | undefined> => {
    const container = await api.get(`/containers/${id}/json`);
    return container === undefined ? undefined : inspected(container);
  };
  return {
    async containers({ labels = {}, publishedPorts = [], volume }) {
      const filters = {
        label: Object.entries(labels).map(([name, value]) => `${name}=${value}`),
        publish: publishedPorts.map(String),
        ...(volume === undefined ? {} : { volume: [volume] }),
      };
      const path = `/containers/json?all=true&filters=${encodeURIComponent(JSON.stringify(filters))}`;
      return list(await api.get(path)).map(listed);
    },
    inspect,
    async health(id) {
      return (await inspect(id))?.health ?? "gone";
    },
    async logs(id, lines) {
      return withoutFrames(await api.getBytes(`/containers/${id}/logs?stdout=true&stderr=true&tail=${String(lines)}`));
    },
    async start(id) {
      await api.post(`/containers/${id}/start`);
    },
    async stop(id) {
      await api.post(`/containers/${id}/stop`, undefined, STOP_LIMIT);
    },
    async limitProcesses(id, limit) {
      await api.post(`/containers/${id}/update`, { PidsLimit: limit });
    },
  };
}

function listed(container: unknown): ListedContainer {
  return {
    id: stringOr(field(container, "Id"), ""),
    image: stringOr(field(container, "ImageID"), ""),
    running: field(container, "State") === "running",
    labels: strings(field(container, "Labels")),
    published: list(field(container, "Ports")).flatMap((entry) => {
      const port = field(entry, "PublicPort");
      return typeof port === "number" ? [{ address: stringOr(field(entry, "IP"), ""), port }] : [];
    }),
  };
}

function inspected(container: unknown): InspectedContainer {
  const state = field(container, "State");
  const health = field(state, "Health");
  const probes = list(field(health, "Log")).map((probe) => stringOr(field(probe, "Output"), ""));
  return {
    id: stringOr(field(container, "Id"), ""),
    name: stringOr(field(container, "Name"), "").replace(/^\//, ""),
    status: stringOr(field(state, "Status"), ""),
    health: stringOr(field(health, "Status"), "") || "none",
    lastProbe: probes.join("").trim().split("\n").at(-1) ?? "",
    createdAt: stringOr(field(container, "Created"), ""),
    startedAt: stringOr(field(state, "StartedAt"), ""),
    exitCode: Number(field(state, "ExitCode") ?? 0),
    restarts: Number(field(container, "RestartCount") ?? 0),
    labels: strings(field(field(container, "Config"), "Labels")),
  };
}
