import { engineApi } from "./api.ts";
import { containerRequests, type ContainerRequests } from "./containers.ts";
import { eventRequests, type EventRequests } from "./events.ts";
import { factRequests, type FactRequests } from "./facts.ts";
import { imageRequests, type ImageRequests } from "./images.ts";
import { programRequests, type ProgramRequests } from "./programs.ts";
import { registryRequests, type RegistryRequests } from "./registry.ts";
import { field, list, strings, stringOr } from "../lib/json.ts";
import type { EngineAddress } from "../lib/engine-address.ts";
import type { GpuSupport } from "./gpu-support.ts";

/** Kinds of things that the engine can remove. */
export type Removable = "container" | "network" | "volume" | "image";

/** Every request to the container engine that this program makes itself, beside those of Pulumi's providers. */
export interface Engine
  extends ContainerRequests, EventRequests, FactRequests, ImageRequests, ProgramRequests, RegistryRequests {
  /** Ways in which the engine can give GPUs to containers. */
  gpuSupport(): Promise<GpuSupport>;
  /** Ids of the networks with these labels. */
  networks(labels: Readonly<Record<string, string>>): Promise<readonly string[]>;
  /**
   * Removes a thing by its id, an image or a volume by its name. A container is killed first and loses its anonymous
   * volumes. A thing that is gone already is no error. @throws Error with the engine's reason.
   */
  remove(kind: Removable, id: string): Promise<void>;
}

/** The engine at an address. A function finds the address at the first request. */
export function connectEngine(address: EngineAddress | (() => EngineAddress)): Engine {
  const api = engineApi(address);
  return {
    ...containerRequests(api),
    ...eventRequests(api),
    ...factRequests(api),
    ...imageRequests(api),
    ...programRequests(api),
    ...registryRequests(api),
    async gpuSupport() {
      const [info, version] = await Promise.all([api.get("/info"), api.get("/version")]);
      return gpuSupport(info, stringOr(field(version, "ApiVersion"), ""));
    },
    async networks(labels) {
      const filters = JSON.stringify({ label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) });
      const found = list(await api.get(`/networks?filters=${encodeURIComponent(filters)}`));
      return found.map((network) => stringOr(field(network, "Id"), ""));
    },
    async remove(kind, id) {
      await api.remove(`/${kind}s/${id}${kind === "container" ? "?force=true&v=true" : ""}`);
    },
  };
}

/** First minor version of the engine's API 1 that lists CDI devices. */
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
