import type { EngineApi } from "./api.ts";
import { field, list, strings, stringOr } from "../lib/json.ts";

/** A volume as the engine lists it. */
export interface ListedVolume {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Requests about volumes. */
export interface VolumeRequests {
  /** The volumes with these labels, anonymous volumes too. */
  volumes(labels: Readonly<Record<string, string>>): Promise<readonly ListedVolume[]>;
  /** Names of the volumes that a container mounts, anonymous volumes too; none if the container is gone. */
  mountedVolumes(container: string): Promise<readonly string[]>;
}

/** The volumes of the engine behind an API. */
export function volumeRequests(api: EngineApi): VolumeRequests {
  return {
    async volumes(labels) {
      const filters = JSON.stringify({ label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) });
      const found = await api.get(`/volumes?filters=${encodeURIComponent(filters)}`);
      return list(field(found, "Volumes")).map((volume) => ({
        name: stringOr(field(volume, "Name"), ""),
        labels: strings(field(volume, "Labels")),
      }));
    },
    async mountedVolumes(container) {
      const mounts = list(field(await api.get(`/containers/${container}/json`), "Mounts"));
      const volumes = mounts.filter((mount) => field(mount, "Type") === "volume");
      return volumes.map((mount) => stringOr(field(mount, "Name"), ""));
    },
  };
}
