import { expect } from "chai";
import type { ReleaseChange } from "../../../components/plan/releases.ts";
import { planOf, recorded, stage, STACK, withStage } from "../support/manifests.ts";
import { digest } from "../support/releases.ts";

const REPOSITORY = STACK.repository;
const refs = (core: string): Record<string, string> => ({
  core: `${REPOSITORY}:core.prod@${digest(core)}`,
  tts: `${REPOSITORY}:tts.prod@${digest("tts")}`,
  haproxy: `${REPOSITORY}:haproxy.prod@${digest("haproxy")}`,
});

/** A stack that promotes builds the image of its registry alone. */
const PROD = { ...STACK, stages: { registry: stage(STACK.stages["registry"]) } };

const change = (changes: Partial<Omit<ReleaseChange, "cuda">> = {}): Omit<ReleaseChange, "cuda"> => ({
  from: { id: "r00000001", revision: "0123456789ab" },
  to: { id: "r00000002", revision: "ba9876543210" },
  isPromoted: true,
  services: ["core", "tts"],
  before: refs("one"),
  after: refs("two"),
  stages: {
    before: STACK.stages,
    after: withStage("core", { files: { "services/core/morgan_core/turn.py": "9" } }).stages,
  },
  commits: [{ id: "ba98765", subject: "Speak faster" }],
  ...changes,
});

describe("the plan of a stack that promotes", () => {
  it("copies the images that differ, and names what differs in each service, with the commits between", () => {
    const plan = planOf(PROD, { release: change() });
    expect(
      plan.images.filter(({ action }) => action !== "cached").map(({ name, action }) => [name, action]),
    ).to.deep.equal([["core", "copy"]]);
    expect(plan.promotion).to.deep.equal({
      from: { id: "r00000001", revision: "0123456789ab" },
      to: { id: "r00000002", revision: "ba9876543210" },
      services: [
        {
          name: "core",
          reasons: [
            { kind: "file", path: "services/core/morgan_core/turn.py", change: "changed" },
            { kind: "file", path: "services/shared/morgan_shared/app.py", change: "removed" },
          ],
        },
        { name: "tts", reasons: [] },
      ],
      commits: [{ id: "ba98765", subject: "Speak faster" }],
    });
    expect(plan.containers.filter(({ action }) => action !== "untouched").map(({ name }) => name)).to.deep.equal([
      "core",
    ]);
  });

  it("names what differs in the stages that a service stands on", () => {
    const after = withStage("base", { lock: "dddddddddddd", packages: { anyio: "4.17.0" } }).stages;
    const { promotion } = planOf(PROD, { release: change({ stages: { before: STACK.stages, after } }) });
    expect(promotion?.services[0]?.reasons).to.deep.equal([
      { kind: "package", name: "anyio", from: "4.16.0", to: "4.17.0", lockFile: "requirements/base.txt" },
    ]);
  });

  it("says that contents are not recorded, instead of guessing", () => {
    const { promotion, images } = planOf(PROD, { release: change({ stages: undefined, commits: undefined }) });
    expect(promotion?.services).to.deep.equal([
      { name: "core", reasons: [{ kind: "no manifest" }] },
      { name: "tts", reasons: [] },
    ]);
    expect(promotion).to.not.have.property("commits");
    expect(images.find(({ name }) => name === "core")?.reasons).to.deep.equal([{ kind: "no manifest" }]);
  });

  it("switches to images that are there, if it goes back to a release of its own", () => {
    const { images } = planOf(PROD, { release: change({ isPromoted: false }) });
    expect(images.find(({ name }) => name === "core")?.action).to.equal("switch");
  });

  it("changes nothing if the same release runs, and builds nothing that the release has", () => {
    const { images, containers } = planOf(PROD, { release: change({ after: refs("one") }) });
    expect(images.every(({ action }) => action === "cached")).to.equal(true);
    expect(containers.every(({ action }) => action === "untouched")).to.equal(true);
  });

  it("names a first release", () => {
    const first = change({ from: undefined, before: {} });
    const { promotion, images } = planOf(PROD, { before: undefined, hasRun: false, release: first });
    expect(promotion).to.not.have.property("from");
    expect(images.find(({ name }) => name === "tts")).to.deep.include({ action: "copy", reasons: [{ kind: "new" }] });
    expect(recorded(PROD).stages).to.have.all.keys("registry");
  });
});
