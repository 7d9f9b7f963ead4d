import { posix } from "node:path";

/** What the files of one layer may import: from the repository, and from packages (any, where not said). */
interface Layer {
  readonly files: string;
  readonly may: readonly string[];
  /** What may be imported with `import type` only, besides. */
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
}

const leaves = ["components/!(stack|config).ts", "components/gpu/*.ts"];
const data = ["components/config.ts", "services/catalog.ts"];

/** The architecture. The first layer that matches a file decides; a file in none (cli, test, toolchain) is free. */
const layers: readonly Layer[] = [
  {
    files: "index.ts",
    may: ["components/{abandoned,stack,config,known-sizes,plugins,preflight,host,registry-trust}.ts"],
    packages: ["@pulumi/pulumi"],
  },
  {
    files: "components/stack.ts",
    may: ["components/image/**", "components/deploy/**", ...leaves, "services/catalog.ts"],
    types: data,
  },
  { files: "components/config.ts", may: [...leaves, "services/catalog.ts"] },
  { files: "components/errors.ts", may: [] },
  { files: "components/*.ts", may: leaves, types: data },
  { files: "components/gpu/*.ts", may: leaves, packages: [] },
  { files: "components/image/**", may: ["components/image/**", "components/dockerfile/**", ...leaves], types: data },
  { files: "components/deploy/**", may: ["components/deploy/**", "components/dockerfile/**", ...leaves], types: data },
  {
    files: "components/dockerfile/**",
    may: ["components/dockerfile/**", ...leaves],
    types: data,
    packages: ["node:{crypto,path,util}"],
  },
  { files: "services/*.ts", may: [], types: ["components/*.ts", "services/*.ts"], packages: [] },
];

/** Where a provider package may be imported: each has one home, so that an upgrade has one place to look at. */
const homes: Readonly<Record<string, readonly string[]>> = {
  "@pulumi/docker-build": ["components/image/**", "components/plugins.ts", "test/**"],
  "@pulumi/docker": ["components/deploy/**", "components/plugins.ts", "test/**"],
  "@pulumi/command": ["components/image/**", "components/deploy/**", "components/plugins.ts", "test/**"],
};

/** Says why `file` must not import `specifier`, or nothing where it may. */
export function forbidden(file: string, specifier: string, typeOnly: boolean): string | undefined {
  const layer = layers.find(({ files }) => posix.matchesGlob(file, files));
  if (!specifier.startsWith(".")) return forbiddenPackage(file, specifier, layer?.packages);
  if (layer === undefined) return undefined;
  const target = posix.join(posix.dirname(file), specifier);
  const allowed = typeOnly ? [...layer.may, ...(layer.types ?? [])] : layer.may;
  if (matchesAny(target, allowed)) return undefined;
  const hint = matchesAny(target, layer.types ?? []) ? " other than with `import type`" : "";
  return `${layer.files} must not import ${target}${hint}: it may import ${list(allowed)}.`;
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
