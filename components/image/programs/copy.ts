import { createHash } from "node:crypto";
import { messageOf } from "../../lib/errors.ts";
import { succeeding } from "../../system/run-to-end.ts";
import type { Docker } from "./docker.ts";

/** An image to copy. */
export interface Copy {
  /** Its address with the digest. */
  readonly source: string;
  /** Address of the copy, with a tag. */
  readonly target: string;
  readonly digest: string;
  /** Name of the copy in the engine, which it keeps when the tag names another image. */
  readonly kept: string;
}

/** Everything that a copy uses of the machine. */
export interface CopyTools {
  readonly docker: Docker;
  /** Digest of the image that a name has in the engine; empty if there is none. */
  readonly inEngine: (name: string) => Promise<string>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly report: (text: string) => void;
}

/** Longest request about an image in a registry, in milliseconds. */
const INSPECT_LIMIT = 30_000;

/** Reads lines of a source, a target, a digest and a name in the engine. */
export function parseCopies(text: string): Copy[] {
  return text.split("\n").map((line) => {
    const [source = "", target = "", digest = "", kept = ""] = line.split(" ");
    return { source, target, digest, kept };
  });
}

/** Copies images at the same time. @throws Error with the reasons of all copies that failed. */
export async function copyImages(copies: readonly Copy[], tools: CopyTools): Promise<void> {
  const results = await Promise.allSettled(copies.map((copy) => copyImage(copy, tools)));
  const reasons = results.flatMap((result) => (result.status === "rejected" ? messageOf(result.reason) : []));
  if (reasons.length > 0) throw new Error(reasons.join("\n"));
}

/**
 * Copies an image, and proves that the copy is the same. Nothing is built, and within one registry no layer is sent. An
 * image that the engine has under the release's own name was copied before. It needs neither the source nor a registry,
 * and is put back into the registry if that has lost it.
 */
async function copyImage({ source, target, digest, kept }: Copy, tools: CopyTools): Promise<void> {
  const { docker, inEngine, report } = tools;
  const before = await inRegistry(target, docker);
  if ((await inEngine(kept)) === digest) {
    if (before === digest) return;
    await succeeding(docker(["tag", kept, target]), `the tag ${target}`);
    const { code } = await docker(["push", "--quiet", target], { show: true });
    if (code !== 0) report(`${target} is in the engine only: its registry did not take it`);
    return;
  }
  if (before !== digest) await create(source, target, tools);
  const found = before === digest ? before : await inRegistry(target, docker);
  if (found !== digest) throw new Error(`${target} is ${found || "missing"} and not ${digest}, which ${source} is`);
  await succeeding(docker(["pull", "--quiet", target]), `the pull of ${target}`);
  const pulled = await inEngine(target);
  if (pulled !== digest) throw new Error(`the engine got ${pulled || "nothing"} for ${target} and not ${digest}`);
  await succeeding(docker(["tag", target, kept]), `the tag ${kept}`);
}

/** Returns the digest of an image in its registry; empty if the registry does not have it. */
async function inRegistry(ref: string, docker: Docker): Promise<string> {
  const { code, stdout } = await docker(["buildx", "imagetools", "inspect", "--raw", ref], { limit: INSPECT_LIMIT });
  return code === 0 ? `sha256:${createHash("sha256").update(stdout).digest("hex")}` : "";
}

/**
 * Copies from registry to registry. The copies run at once, and their images share layers. Distribution 2.8 on a file
 * system writes a layer's link in place: a manifest that it checks at that moment is refused with status 400. The next
 * try finds the link whole.
 */
async function create(source: string, target: string, { docker, sleep, report }: CopyTools): Promise<void> {
  const args = ["buildx", "imagetools", "create", "--prefer-index=false", "--tag", target, source];
  for (const pause of [1, 2]) {
    if ((await docker(args, { show: true })).code === 0) return;
    report(`${target} was not copied; trying again in ${String(pause)} s`);
    await sleep(pause * 1000);
  }
  await succeeding(docker(args), `the copy to ${target}`);
}
