import { readFileSync } from "node:fs";
import type { Instruction } from "../../dockerfile/instruction.ts";
import { renderDockerfile } from "../../dockerfile/render.ts";
import { shortDigest } from "../../lib/short-digest.ts";
import type { StageManifest } from "../../plan/manifest.ts";
import { parseLock } from "../../requirements/lock.ts";
import type { Context } from "./build-context.ts";

/** Inputs of a manifest. */
export interface ManifestArgs {
  readonly dockerfile: readonly Instruction[];
  readonly context: Context;
  /** Names of the images below, by their names in the Dockerfile. */
  readonly parents: Readonly<Record<string, string>>;
  /** Path of the lock file that it installs, which is in the context. Default: none. */
  readonly requirements?: string | undefined;
  /** Values that become part of the image, by name. */
  readonly arguments: Readonly<Record<string, string>>;
}

/** Returns what a stage is built from, as the plan compares it. */
export function stageManifest({
  dockerfile,
  context,
  parents,
  requirements,
  arguments: values,
}: ManifestArgs): StageManifest {
  const { [requirements ?? ""]: lock, ...files } = context.files;
  const runs = dockerfile.flatMap((instruction) => (instruction.kind === "run" ? [instruction] : []));
  return {
    parents,
    files,
    ...(requirements === undefined || lock === undefined ? {} : { lockFile: requirements, lock }),
    packages: requirements === undefined ? {} : versionsIn(requirements),
    debian: runs.flatMap(({ debian = [] }) => debian),
    instructions: dockerfile.map(describe),
    arguments: values,
  };
}

/** Returns the manifest of an image that is used as it is, by its pinned ref. */
export function upstreamManifest(image: string): StageManifest {
  return { parents: {}, files: {}, packages: {}, debian: [], instructions: [], arguments: { image } };
}

function versionsIn(requirements: string): Record<string, string> {
  const locked = parseLock(readFileSync(requirements, "utf8"));
  return Object.fromEntries(locked.map(({ name, version }) => [name, version]));
}

/** Longest text of an instruction in a manifest, without its digest. */
const WORDS = 60;

/** The Debian packages are left out, because the manifest lists them. */
function describe(instruction: Instruction): string {
  const text = renderDockerfile([withoutPackages(instruction)]).trimEnd();
  return `${words(instruction, text).slice(0, WORDS)} #${shortDigest(text)}`;
}

function withoutPackages(instruction: Instruction): Instruction {
  if (instruction.kind !== "run" || instruction.debian === undefined) return instruction;
  const names = instruction.debian.join(" ");
  return { ...instruction, commands: instruction.commands.map((command) => command.replace(names, "…")) };
}

/** The longest command of a RUN describes it best. */
function words(instruction: Instruction, text: string): string {
  if (instruction.kind === "file") return `COPY ${instruction.path}`;
  if (instruction.kind !== "run") return text.replaceAll(/\s+/g, " ");
  const [longest = ""] = instruction.commands.toSorted((a, b) => b.length - a.length);
  return `RUN ${longest}`;
}
