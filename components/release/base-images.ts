import { field } from "../lib/json.ts";
import { parseHistory } from "./history.ts";
import { isOwn } from "./release.ts";

/**
 * Returns the kind of base images that a stack has recorded in its outputs. A stack from before the record built its
 * running release on an image of its own, or on an upstream one. Undefined for a new stack, and for a stack without a
 * record that promotes.
 */
export function recordedBaseImages(outputs: unknown): "debian" | "registry" | undefined {
  const recorded = field(outputs, "baseImages");
  if (recorded === "debian" || recorded === "registry") return recorded;
  const { running, releases } = parseHistory(outputs);
  const release = releases.find(({ id }) => id === running);
  const debian = release?.backing["debian"];
  if (release === undefined || release.from !== undefined || debian === undefined) return undefined;
  return isOwn(release, debian) ? "debian" : "registry";
}
