import { expect } from "chai";
import { parseManifest } from "../../../components/plan/parse-manifest.ts";
import { recordManifest, stagesOfRelease, type RecordArgs } from "../../../components/plan/record-manifest.ts";
import { planOf, recorded, STACK, withStage } from "../support/manifests.ts";
import { digest } from "../support/releases.ts";

const CHANGED = withStage("core", { files: { "services/core/morgan_core/turn.py": "999999999999" } });
const REFS = recorded().refs;
const NEW_REFS = { ...REFS, core: `${STACK.repository}:core.dev@${digest("another")}` };

const record = (changes: Partial<RecordArgs> = {}): ReturnType<typeof recordManifest> =>
  recordManifest({
    before: recorded(),
    after: CHANGED,
    refs: NEW_REFS,
    ranBefore: "r00000001",
    runs: "r00000002",
    kept: ["r00000002", "r00000001"],
    ...changes,
  });

describe("the manifest of a stack", () => {
  it("is what the next plan is compared with, so that nothing differs then", () => {
    const { images, containers } = planOf(CHANGED, { before: record() });
    expect(images.every(({ action }) => action === "cached")).to.equal(true);
    expect(containers.every(({ action }) => action === "untouched")).to.equal(true);
  });

  it("comes back whole from the outputs of a stack, in whatever order they are", () => {
    const manifest = record();
    const text = JSON.stringify({ manifest: Object.fromEntries(Object.entries(manifest).reverse()) });
    expect(parseManifest(JSON.parse(text))).to.deep.equal(manifest);
  });

  it("is unknown if there is none, or one of a version that this program does not know", () => {
    for (const outputs of [undefined, {}, { manifest: "text" }, { manifest: { ...record(), version: 2 } }])
      expect(parseManifest(outputs)).to.equal(undefined);
  });

  it("knows what the other kept releases were built from, and holds only what differs", () => {
    const first = record();
    expect(first.releases["r00000001"]).to.have.all.keys("core");
    expect(stagesOfRelease(first, "r00000001", "r00000002")).to.deep.equal(STACK.stages);
    expect(stagesOfRelease(first, "r00000002", "r00000002")).to.deep.equal(CHANGED.stages);
    expect(stagesOfRelease(first, "r00000009", "r00000002")).to.equal(undefined);
    const third = withStage("tts", { files: {} }, CHANGED);
    const next = record({
      before: first,
      after: third,
      ranBefore: "r00000002",
      runs: "r00000003",
      kept: ["r00000003", "r00000002", "r00000001"],
    });
    expect(stagesOfRelease(next, "r00000001", "r00000003")).to.deep.equal(STACK.stages);
    expect(stagesOfRelease(next, "r00000002", "r00000003")).to.deep.equal(CHANGED.stages);
  });

  it("forgets a release that is not kept any more", () => {
    expect(record({ kept: ["r00000002"] }).releases).to.deep.equal({});
  });

  it("keeps the old contents of an image that a partial update left out", () => {
    expect(record({ refs: REFS }).stages["core"]).to.deep.equal(STACK.stages["core"]);
    expect(record().stages["core"]).to.deep.equal(CHANGED.stages["core"]);
  });
});
