import { createHash } from "node:crypto";
import { expect } from "chai";
import { copyImages, parseCopies } from "../../../../components/image/programs/copy.ts";
import { messageOf } from "../../../../components/lib/errors.ts";
import { FakeProgram } from "../../support/programs-run.ts";

const MANIFEST = '{"the":"manifest"}';
const digestOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const DIGEST = digestOf(MANIFEST);
const [SOURCE, TARGET] = ["a.b/dev/images", "a.b/prod/images"];
const LINES = ["llm", "vad"]
  .map((name) => `${SOURCE}@${DIGEST} ${TARGET}:${name}.prod ${DIGEST} ${TARGET}:${name}.prod-r1`)
  .join("\n");

interface World {
  /** Manifest that the registry gives for a copy. */
  readonly manifest?: string;
  /** True if the registry has the copies from the start. */
  readonly has?: boolean;
  /** Digest of what the engine pulls. */
  readonly pulled?: string;
  /** Digest of what the engine has under the release's own name. */
  readonly kept?: string;
  /** Number of creations that the registry refuses for each image. */
  readonly refusals?: number;
  readonly refusesPushes?: boolean;
}

async function copy(world: World = {}): Promise<{ error: string; docker: FakeProgram; reports: string[] }> {
  const { manifest = MANIFEST, has = false, pulled = DIGEST, kept = "", refusals = 0, refusesPushes = false } = world;
  const created = new Set<string>();
  const tries = new Map<string, number>();
  const reports: string[] = [];
  const docker = new FakeProgram((call) => {
    const target = /\S+:\w+\.prod\b/.exec(call)?.[0] ?? "";
    if (call.startsWith("buildx imagetools inspect"))
      return has || created.has(target) ? { stdout: manifest } : { code: 1, stderr: "not found" };
    if (call.startsWith("push")) return { code: refusesPushes ? 1 : 0 };
    if (!call.startsWith("buildx imagetools create")) return undefined;
    tries.set(target, (tries.get(target) ?? 0) + 1);
    if ((tries.get(target) ?? 0) <= refusals) return { code: 1, stderr: "denied" };
    created.add(target);
    return undefined;
  });
  const inEngine = (name: string): Promise<string> => Promise.resolve(name.endsWith("-r1") ? kept : pulled);
  const tools = {
    docker: docker.run,
    inEngine,
    sleep: () => Promise.resolve(),
    report: (text: string) => void reports.push(text),
  };
  const error = await copyImages(parseCopies(LINES), tools).then(() => "", messageOf);
  return { error, docker, reports };
}

describe("the copy of a release", () => {
  it("copies, reads back, pulls and names every image", async () => {
    const { error, docker } = await copy();
    expect(error).to.equal("");
    for (const name of ["llm", "vad"]) {
      const target = `${TARGET}:${name}.prod`;
      expect(docker.calls).to.include.members([
        `buildx imagetools create --prefer-index=false --tag ${target} ${SOURCE}@${DIGEST}`,
        `buildx imagetools inspect --raw ${target}`,
        `pull --quiet ${target}`,
        `tag ${target} ${target}-r1`,
      ]);
    }
  });

  it("copies no image that the target already has, since the source may be gone", async () => {
    const { error, docker } = await copy({ has: true });
    expect(error).to.equal("");
    expect(docker.having("imagetools create")).to.deep.equal([]);
    expect(docker.calls).to.include(`pull --quiet ${TARGET}:llm.prod`);
  });

  it("needs neither source nor registry for images that the engine already has", async () => {
    const { error, docker, reports } = await copy({ kept: DIGEST, refusesPushes: true });
    expect(error).to.equal("");
    expect(reports).to.include(`${TARGET}:llm.prod is in the engine only: its registry did not take it`);
    expect(docker.calls.filter((call) => /imagetools create|pull/.test(call))).to.deep.equal([]);
  });

  it("pushes an image from the engine to a registry only if the registry has lost it", async () => {
    const target = `${TARGET}:llm.prod`;
    expect((await copy({ kept: DIGEST })).docker.calls).to.include.members([
      `tag ${target}-r1 ${target}`,
      `push --quiet ${target}`,
    ]);
    const { docker } = await copy({ kept: DIGEST, has: true });
    expect(docker.calls.filter((call) => !call.includes("inspect"))).to.deep.equal([]);
  });

  it("fails if the target has another image, and names both before the engine pulls", async () => {
    const { error, docker } = await copy({ manifest: "another" });
    expect(error).to.include(
      `${TARGET}:llm.prod is ${digestOf("another")} and not ${DIGEST}, which ${SOURCE}@${DIGEST} is`,
    );
    expect(error, "every copy that failed").to.include(`${TARGET}:vad.prod is`);
    expect(docker.having("pull")).to.deep.equal([]);
  });

  it("tries again if the registry refuses an image", async () => {
    const { error, docker, reports } = await copy({ refusals: 1 });
    expect(error).to.equal("");
    expect(reports).to.include(`${TARGET}:vad.prod was not copied; trying again in 1 s`);
    expect(docker.having("imagetools create")).to.have.length(4);
  });

  it("fails with the registry's words if the registry goes on refusing", async () => {
    const { error, docker } = await copy({ refusals: 9 });
    expect(error).to.include("denied");
    expect(docker.having("imagetools create")).to.have.length(6);
    expect(docker.having("pull")).to.deep.equal([]);
  });

  it("fails if the engine pulls another image", async () => {
    const { error, docker } = await copy({ pulled: "sha256:other" });
    expect(error).to.include(`the engine got sha256:other for ${TARGET}:llm.prod and not ${DIGEST}`);
    expect(docker.having("tag ").filter((call) => call.startsWith("tag"))).to.deep.equal([]);
  });
});
