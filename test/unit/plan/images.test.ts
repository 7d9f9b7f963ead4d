import { expect } from "chai";
import type { StageManifest } from "../../../components/plan/manifest.ts";
import type { ImageReason } from "../../../components/plan/plan.ts";
import { planOf, recorded, stage, STACK, withStage, without } from "../support/manifests.ts";

/** Returns the reasons of each image that is built, by name. */
function built(after = STACK): Record<string, readonly ImageReason[]> {
  const { images } = planOf(after);
  return Object.fromEntries(
    images.flatMap(({ name, action, reasons }) => (action === "build" ? [[name, reasons]] : [])),
  );
}

const follows = (...chain: string[]): ImageReason[] => [{ kind: "parent", chain }];

describe("the plan of images", () => {
  it("builds nothing if nothing differs, whatever the order of files", () => {
    expect(built()).to.deep.equal({});
    const files = Object.entries(STACK.stages["core"]?.files ?? {});
    expect(built(withStage("core", { files: Object.fromEntries(files.reverse()) }))).to.deep.equal({});
  });

  it("names the files of the build context that differ", () => {
    const files = { "services/core/morgan_core/turn.py": "999999999999", "services/core/morgan_core/new.py": "1" };
    expect(built(withStage("core", { files }))).to.deep.equal({
      core: [
        { kind: "file", path: "services/core/morgan_core/new.py", change: "added" },
        { kind: "file", path: "services/core/morgan_core/turn.py", change: "changed" },
        { kind: "file", path: "services/shared/morgan_shared/app.py", change: "removed" },
      ],
    });
  });

  it("names a package with both versions, and the images that follow with the chain", () => {
    expect(built(withStage("tts-deps", { lock: "dddddddddddd", packages: { soundfile: "0.13.2" } }))).to.deep.equal({
      "tts-deps": [
        { kind: "package", name: "soundfile", from: "0.13.1", to: "0.13.2", lockFile: "requirements/tts-cpu.txt" },
      ],
      tts: follows("tts-deps"),
    });
    const base = built(withStage("base", { lock: "dddddddddddd", packages: { anyio: "4.16.0", idna: "3.20" } }));
    expect(base).to.deep.equal({
      base: [{ kind: "package", name: "idna", to: "3.20", lockFile: "requirements/base.txt" }],
      "core-deps": follows("base"),
      core: follows("core-deps", "base"),
      "tts-deps": follows("base"),
      tts: follows("tts-deps", "base"),
    });
  });

  const causes: Readonly<Record<string, readonly [Partial<StageManifest>, readonly ImageReason[]]>> = {
    "a lock file without another version": [
      { lock: "dddddddddddd" },
      [{ kind: "lock file", path: "requirements/tts-cpu.txt" }],
    ],
    "a Debian package": [
      { debian: ["espeak-ng", "libsndfile1"] },
      [{ kind: "Debian package", name: "libsndfile1", change: "added" }],
    ],
    "an argument": [{ arguments: { title: "b" } }, [{ kind: "argument", name: "title", to: "b" }]],
    "another stage below": [
      { parents: { parent: "torch-deps", tools: "tools" } },
      [{ kind: "argument", name: "parent", from: "base", to: "torch-deps" }],
    ],
    "an instruction": [
      { instructions: ["RUN true #00000003"] },
      [{ kind: "instruction", text: "RUN true", change: "added" }],
    ],
  };
  for (const [cause, [changes, reasons]] of Object.entries(causes)) {
    it(`names ${cause}`, () => {
      expect(built(withStage("tts-deps", changes))).to.deep.equal({ "tts-deps": reasons, tts: follows("tts-deps") });
    });
  }

  it("names an instruction that changed once, and instructions in another order", () => {
    const instructions = ["FROM debian #00000001", "RUN apt-get install … #00000009"];
    expect(built(withStage("base", { instructions }))["base"]).to.deep.equal([
      { kind: "instruction", text: "RUN apt-get install …", change: "changed" },
    ]);
    const reversed = [...(STACK.stages["base"]?.instructions ?? [])].reverse();
    expect(built(withStage("base", { instructions: reversed }))["base"]).to.deep.equal([
      { kind: "instruction", text: "their order", change: "changed" },
    ]);
  });

  it("names another upstream image", () => {
    const pinned = (digit: string): Partial<StageManifest> => ({
      arguments: { image: `library/debian@sha256:${digit}` },
    });
    const before = recorded(withStage("debian", pinned("1")));
    const { images } = planOf(withStage("debian", pinned("2")), { before });
    expect(images.find(({ name }) => name === "debian")?.reasons).to.deep.equal([
      { kind: "base image", name: "library/debian", from: "library/debian@sha256:1", to: "library/debian@sha256:2" },
    ]);
  });

  it("names the row of CUDA instead of every package of its lock files", () => {
    const cuda = (row: string): typeof STACK => ({
      ...withStage("tts-deps", { lockFile: `requirements/tts-${row}.txt`, lock: row, packages: { torch: row } }),
      cuda: row,
    });
    const { images } = planOf(cuda("12.8"), { before: recorded(cuda("12.4")) });
    expect(images.find(({ name }) => name === "tts-deps")?.reasons).to.deep.equal([
      { kind: "CUDA", from: "12.4", to: "12.8" },
    ]);
  });

  it("builds a new image and removes one that nothing needs", () => {
    const stages = without(STACK.stages, "tts");
    const { images } = planOf({ ...STACK, stages: { ...stages, wake: stage(STACK.stages["tts"]) } });
    expect(images.filter(({ action }) => action !== "cached").map(({ name, action }) => [name, action])).to.deep.equal([
      ["wake", "build"],
      ["tts", "remove"],
    ]);
  });

  it("says that a stack has not run, or that an older program made it", () => {
    const first = planOf(STACK, { hasRun: false, before: undefined });
    expect(first.comparedWith).to.equal("nothing");
    expect(first.images.every(({ action }) => action === "build")).to.equal(true);
    const older = planOf(STACK, { before: undefined });
    expect(older).to.deep.include({ comparedWith: "no manifest", images: [], containers: [] });
  });
});
