import { field, list, record, stringOr, strings } from "../lib/json.ts";
import { mapValues } from "../lib/map-values.ts";
import type { ContainerManifest, StackManifest, StageManifest } from "./manifest.ts";

/** Parses the manifest in a stack's outputs; undefined if there is none of a version that this program knows. */
export function parseManifest(outputs: unknown): StackManifest | undefined {
  const found = field(outputs, "manifest");
  if (field(found, "version") !== 1) return undefined;
  return {
    version: 1,
    cuda: stringOr(field(found, "cuda"), ""),
    stages: mapValues(record(field(found, "stages")), parseStage),
    refs: strings(field(found, "refs")),
    containers: mapValues(record(field(found, "containers")), parseContainer),
    repository: stringOr(field(found, "repository"), ""),
    passwordRevision: stringOr(field(found, "passwordRevision"), ""),
    releases: mapValues(record(field(found, "releases")), (stages) =>
      mapValues(record(stages), (stage) => (stage === null ? null : parseStage(stage))),
    ),
  };
}

function parseStage(value: unknown): StageManifest {
  const [lockFile, lock] = [field(value, "lockFile"), field(value, "lock")];
  return {
    parents: strings(field(value, "parents")),
    files: strings(field(value, "files")),
    ...(typeof lockFile === "string" && typeof lock === "string" ? { lockFile, lock } : {}),
    packages: strings(field(value, "packages")),
    debian: texts(field(value, "debian")),
    instructions: texts(field(value, "instructions")),
    arguments: strings(field(value, "arguments")),
  };
}

function parseContainer(value: unknown): ContainerManifest {
  return {
    images: texts(field(value, "images")),
    way: field(value, "way") === "stop-first" ? "stop-first" : "create-first",
    settings: strings(field(value, "settings")),
    reloads: strings(field(value, "reloads")),
  };
}

function texts(value: unknown): string[] {
  return list(value).filter((item) => typeof item === "string");
}
