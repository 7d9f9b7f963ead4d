import type { PackageNetwork } from "../../../components/outdated/sources.ts";
import { PUBLIC } from "./config.ts";

/** Returns the way to public package sources. `work` is a folder for files of the run. */
export function publicNetwork(work: string, changes: Partial<PackageNetwork> = {}): PackageNetwork {
  return {
    environment: process.env,
    uv: "uv",
    builder: "default",
    sources: PUBLIC,
    access: { caBundle: "", aptSources: "", aptAuth: "", proxy: "", noProxy: "" },
    certificates: "",
    secrets: {},
    registry: undefined,
    work,
    ...changes,
  };
}
