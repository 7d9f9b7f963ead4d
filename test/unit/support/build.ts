import type { BuildSettings } from "../../../components/image/stages/stage-image.ts";
import { PUBLIC } from "./config.ts";

/** Returns the settings of a build for a stack "dev" with a registry of its own, on the public network. */
export function buildSettings(changes: Partial<BuildSettings> = {}): BuildSettings {
  return {
    registry: { host: "127.0.0.1:5101", project: "morgan" },
    tag: "dev",
    builder: "default",
    sources: PUBLIC,
    login: undefined,
    proxy: {},
    secrets: {},
    certificates: "",
    caBundle: "",
    ready: [],
    manifests: new Map(),
    refs: new Map(),
    ...changes,
  };
}
