import { posix } from "node:path";

/** The other folders, or single files, that the files of one folder may import from, and the packages (any, if the list is absent). */
interface Edges {
  readonly may: readonly string[];
  /** Folders of which `import type` alone is allowed. */
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
}

const PURE = ["node:{crypto,path,util}"];

/** The rule that decides which engine is meant. Set-up follows it too, so it lies in toolchain. */
const ENGINE_RULE = ["toolchain/lib/engine-address.mjs", "toolchain/lib/engine-host.mjs"];

/**
 * The import directions, a line for each folder, from the ground up. A name is a folder or one file. The longest name
 * that contains a file decides. Files of one folder may import each other. A file without a name (test, toolchain) may
 * import everything.
 */
const directions: Readonly<Record<string, Edges>> = {
  "components/lib": { may: [], packages: PURE },
  "components/system": { may: [], packages: ["node:{child_process,fs}"] },
  "components/sources": { may: ["components/lib"], types: ["components/system"], packages: ["node:{crypto,fs,path}"] },
  "components/catalog": { may: [], types: ["components/lib"], packages: [] },
  "components/engine": { may: ["components/system", "components/lib", ...ENGINE_RULE] },
  "components/identity": { may: ["components/engine", "components/lib"] },
  "components/host": {
    may: ["components/engine", "components/sources", "components/system", "components/lib"],
  },
  "components/plan": { may: ["components/lib"], packages: ["node:{crypto,path,util}"] },
  "components/forecast": {
    may: ["components/engine/gaps.ts", "components/lib"],
    types: ["components/plan", "components/host"],
    packages: [],
  },
  "components/plan/faces": { may: ["components/plan", "components/lib"], packages: [] },
  "components/outdated": {
    may: [
      "components/dockerfile",
      "components/image/programs",
      "components/network",
      "components/requirements",
      "components/plan/faces",
      "components/system",
      "components/lib",
    ],
    types: ["components/plan"],
  },
  "components/report-page": {
    may: ["components/plan/faces", "components/plan", "components/forecast", "components/release", "components/lib"],
    packages: ["d3-hierarchy"],
  },
  "components/release": { may: ["components/lib"], types: ["components/catalog"] },
  "components/requirements": { may: ["components/catalog"], types: ["components/lib"], packages: PURE },
  "components/network": { may: ["components/lib"], types: ["components/host", "components/engine"] },
  "components/size": { may: ["components/engine", "components/lib"], types: ["components/catalog"] },
  "components/config": {
    may: ["components/network", "components/catalog", "components/system", "components/lib", ...ENGINE_RULE],
  },
  "components/dockerfile": { may: ["components/catalog", "components/network"], packages: PURE },
  "components/dockerfile/recipes": {
    may: ["components/dockerfile", "components/catalog"],
    types: ["components/network"],
    packages: PURE,
  },
  "components/gpu": {
    may: [
      "components/requirements",
      "components/catalog",
      "components/engine/labels.ts",
      "components/engine/ownership.ts",
      "components/lib",
    ],
    types: ["components/config", "components/engine", "components/host", "components/system"],
    packages: [],
  },
  "components/image/stages": {
    may: [
      "components/dockerfile",
      "components/dockerfile/recipes",
      "components/network",
      "components/catalog",
      "components/requirements",
      "components/sources",
      "components/system",
      "components/lib",
    ],
    types: ["components/config", "components/plan"],
  },
  "components/image/programs": {
    may: [
      "components/config/host-certificates.ts",
      "components/config/machine.ts",
      "components/engine",
      "components/system",
      "components/lib",
    ],
  },
  "components/image/bootstrap": {
    may: ["components/image/stages", "components/dockerfile", "components/dockerfile/recipes", "components/lib"],
    types: ["components/image/programs", "components/config", "components/network", "components/plan"],
  },
  "components/image": {
    may: [
      "components/image/bootstrap",
      "components/image/stages",
      "components/network",
      "components/size",
      "components/release",
      "components/catalog",
      "components/lib",
    ],
    types: ["components/image/programs", "components/config", "components/engine"],
  },
  "components/deploy/container": {
    may: ["components/catalog", "components/engine", "components/lib"],
    types: ["components/config", "components/plan"],
  },
  "components/deploy/readiness": {
    may: ["components/engine", "components/lib"],
    types: ["components/deploy/container"],
  },
  "components/deploy/backing": {
    may: ["components/deploy/container", "components/catalog", "components/system", "components/lib"],
  },
  "components/deploy/gateway/reload": { may: ["components/engine", "components/system"] },
  "components/deploy/gateway": {
    may: ["components/deploy/container", "components/catalog", "components/config", "components/lib"],
  },
  "components/deploy/service": {
    may: ["components/deploy/container", "components/catalog"],
    types: ["components/config", "components/deploy/backing"],
  },
  "components/deploy": {
    may: [
      "components/deploy/gateway",
      "components/deploy/backing",
      "components/deploy/service",
      "components/deploy/readiness",
      "components/deploy/container",
      "components/catalog",
      "components/lib",
    ],
    types: ["components/config", "components/engine", "components/gpu"],
  },
  "components/preflight": {
    may: [
      "components/gpu",
      "components/requirements",
      "components/network",
      "components/release",
      "components/plan",
      "components/forecast",
      "components/config/base-images.ts",
      "components/config/certificate.ts",
      "components/config/machine.ts",
      "components/engine",
      "components/catalog",
      "components/lib",
    ],
    types: ["components/config", "components/host"],
  },
  "components/startup": { may: [] },
  components: {
    may: [
      "components/plan",
      "components/plan/faces",
      "components/forecast",
      "components/engine/gaps.ts",
      "components/outdated",
      "components/system",
      "components/deploy",
      "components/image",
      "components/image/bootstrap",
      "components/gpu",
      "components/network",
      "components/release",
      "components/lib",
    ],
    types: [
      "components/config",
      "components/engine",
      "components/size",
      "components/deploy/container",
      "components/preflight",
    ],
  },
  services: { may: [], types: ["components/catalog", "components/lib"], packages: [] },
  "index.ts": {
    may: [
      "components",
      "components/preflight",
      "components/config",
      "components/network",
      "components/engine",
      "components/host",
      "components/identity",
      "components/startup",
      "services",
    ],
    packages: ["@pulumi/pulumi"],
  },
  "cli/lib": { may: ["components/lib", "toolchain"] },
  "cli/stack": {
    may: [
      "cli/lib",
      "components/release",
      "components/engine",
      "components/startup/run-folder.ts",
      "components/system",
      "components/lib",
      "toolchain",
    ],
    types: ["components/deploy", "components/size"],
  },
  "cli/report": { may: ["cli/lib", "components/engine", "components/lib"] },
  "cli/commands": {
    may: [
      "cli/stack",
      "cli/report",
      "cli/lib",
      "components/engine",
      "components/plan/faces",
      "components/plan/parse-manifest.ts",
      "components/forecast/parse-last-up.ts",
      "components/report-page",
      "components/size/installed.ts",
      "components/outdated/table.ts",
      "components/lib",
      "toolchain",
    ],
    types: ["components/plan", "components/outdated"],
  },
  cli: {
    may: [
      "cli/commands",
      "cli/stack",
      "cli/lib",
      "components/requirements",
      "components/engine",
      "components/lib",
      "toolchain",
    ],
  },
};

/** The files that may import a provider package. Each package has one home, so an upgrade changes one place. */
const homes: Readonly<Record<string, readonly string[]>> = {
  "@pulumi/docker-build": ["components/image/**", "components/startup/plugins.ts", "test/**"],
  "@pulumi/docker": ["components/deploy/**", "components/startup/plugins.ts", "test/**"],
  "@pulumi/command": [
    "components/image/**",
    "components/deploy/**",
    "components/identity/**",
    "components/startup/plugins.ts",
    "test/**",
  ],
};

/** Returns why `file` must not import `specifier`, or nothing if it may. */
export function forbidden(file: string, specifier: string, typeOnly: boolean): string | undefined {
  const name = nameOf(file);
  const edges = name === undefined ? undefined : directions[name];
  if (!specifier.startsWith(".")) return forbiddenPackage(file, specifier, edges?.packages);
  if (name === undefined || edges === undefined) return undefined;
  const target = posix.join(posix.dirname(file), specifier);
  const folder = posix.dirname(target);
  const allowed = typeOnly ? [...edges.may, ...(edges.types ?? [])] : edges.may;
  if (folder === posix.dirname(file) || reaches(allowed, folder, target)) return undefined;
  const hint = reaches(edges.types ?? [], folder, target) ? " other than with `import type`" : "";
  return `${name} must not import ${target}${hint}: it may import ${list(allowed)}.`;
}

/** Returns the longest name among the directions that is the file or a folder above it. */
function nameOf(file: string): string | undefined {
  return Object.keys(directions)
    .filter((name) => file === name || file.startsWith(`${name}/`))
    .sort((a, b) => b.length - a.length)[0];
}

/** True if a folder or its file is among the names; only `toolchain` means its subfolders too. */
function reaches(names: readonly string[], folder: string, file: string): boolean {
  return (
    names.includes(folder) || names.includes(file) || (names.includes("toolchain") && folder.startsWith("toolchain/"))
  );
}

function forbiddenPackage(file: string, name: string, allowed: readonly string[] | undefined): string | undefined {
  if (allowed && !matchesAny(name, allowed)) return `${file} must not import ${name}: it may import ${list(allowed)}.`;
  const home = Object.entries(homes).find(([provider]) => name === provider || name.startsWith(`${provider}/`))?.[1];
  if (home && !matchesAny(file, home)) return `${name} belongs to ${list(home)}: ${file} must not import it.`;
  return undefined;
}

function matchesAny(path: string, globs: readonly string[]): boolean {
  return globs.some((glob) => posix.matchesGlob(path, glob));
}

function list(globs: readonly string[]): string {
  return globs.join(", ") || "nothing";
}
