import { expect } from "chai";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import type { ImageSize } from "../../../components/engine/images.ts";
import type { ReleasePlan } from "../../../components/release/plan.ts";
import { relocate } from "../../../components/release/release.ts";
import { MorganStack } from "../../../components/stack.ts";
import { FACTS, fakeEngine, stackConfig, type ConfigChanges, IDENTITY } from "../support/config.ts";
import { useLogs } from "../support/logs.ts";
import { planViolations } from "../support/plan.ts";
import { useFolder } from "../support/project.ts";
import { record, type Registrations } from "../support/registrations.ts";
import { digest, madeUpRelease } from "../support/releases.ts";
import { at } from "../support/wire.ts";

const built = madeUpRelease("a", { repository: "127.0.0.1:5102/morgan/images" });
const promoted = relocate(
  madeUpRelease("a"),
  { stack: "organization/morgan/dev", repository: "registry.example/dev/images" },
  { repository: "127.0.0.1:5102/morgan/images", stack: "prod" },
);
const runs = (changes: Partial<Extract<ReleasePlan, { kind: "run" }>>): ReleasePlan => ({
  kind: "run",
  release: built,
  pinned: false,
  history: { running: "", releases: [] },
  note: "",
  ...changes,
});
const up = (
  plan: ReleasePlan,
  changes: ConfigChanges = {},
  preview = false,
  engine = fakeEngine(),
): Promise<Registrations> => {
  const registry = { kind: "local", port: 5102 } as const;
  const config = stackConfig({ stack: "prod", services: ["llm"], images: { registry }, ...changes });
  return record(
    () =>
      new MorganStack("morgan", {
        config,
        identity: IDENTITY,
        engine,
        facts: FACTS,
        gpuPlan: NO_GPU,
        releasePlan: plan,
      }),
    {
      preview,
      stack: "prod",
    },
  );
};

/** Commands that every deployment has, whatever its images come from. */
const DEPLOYING = ["gateway-config", "settled"];

describe("a stack that runs a release", () => {
  useFolder();
  const logs = useLogs();

  it("builds nothing and needs no source, only one copy of another stack's images", async () => {
    const registrations = await up(runs({ release: promoted }));
    expect(registrations.names("image")).to.deep.equal([]);
    expect(registrations.names("command")).to.have.members([
      "registry-image",
      "registry-password",
      "copy",
      ...DEPLOYING,
    ]);
    expect(registrations.get("container", "llm").inputs["image"]).to.equal(
      `127.0.0.1:5102/morgan/images:llm.prod@${digest("a")}`,
    );
    expect(registrations.names("container")).to.have.members(["registry", "gateway", "gateway-files", "llm"]);
  });

  it("copies every image of the release but public ones, and tags the copies with the release", async () => {
    const { inputs, dependsOn } = (await up(runs({ release: promoted }))).get("command", "copy");
    const lines = String(at(inputs, "environment.MORGAN_COPIES")).split("\n");
    const line = (stage: string, word: string): string => {
      const target = `127.0.0.1:5102/morgan/images:${stage}.prod`;
      return `registry.example/dev/images@${digest(word)} ${target} ${digest(word)} ${target}-${promoted.id}`;
    };
    expect(lines).to.have.members([
      line("llm", "a"),
      line("vad", "vad"),
      line("debian", "debian"),
      line("haproxy", "haproxy"),
    ]);
    expect(dependsOn).to.include("registry");
  });

  it("copies nothing if it built the release itself", async () => {
    const registrations = await up(runs({ pinned: true }));
    expect(registrations.names("command")).to.have.members(["registry-image", "registry-password", ...DEPLOYING]);
    expect(registrations.get("container", "llm").inputs["image"]).to.equal(built.services["llm"]?.ref);
  });

  it("shows in a preview the images that containers get", async () => {
    const preview = await up(runs({ release: promoted }), {}, true);
    expect(preview.get("container", "llm").inputs["image"]).to.equal(promoted.services["llm"]?.ref);
    expect(logs.info.join(), "the plan").to.match(/^llm +create +not created before$/m);
  });

  for (const sizeBudgets of ["warn", "enforce"] as const) {
    for (const [title, plan] of [
      ["promotes", runs({ release: promoted })],
      ["runs a release of its own", runs({ pinned: true })],
    ] as const) {
      it(`registers the same in a preview as in an up if it ${title}, with ${sizeBudgets}`, async () => {
        const images = { registry: { kind: "local", port: 5102 }, sizeBudgets } as const;
        // The engine does not have a copy before the copy is made.
        const imageSize = (): Promise<ImageSize> => Promise.resolve({ compressed: 0, unpacked: 0 });
        const before = plan.kind === "run" && plan.pinned ? fakeEngine() : fakeEngine({ imageSize });
        const [preview, done] = [await up(plan, { images }, true, before), await up(plan, { images })];
        expect(done.names("container")).to.include("llm");
        expect(planViolations(preview, done)).to.deep.equal([]);
      });
    }
  }

  it("has the running release in its outputs, at its place in the history, with its health", async () => {
    const newer = madeUpRelease("b");
    const engine = fakeEngine({ health: () => Promise.resolve("starting") });
    const history = { running: newer.id, releases: [newer, built] };
    const releases = async (pinned: boolean): Promise<unknown> => {
      const { outputs } = (await up(runs({ pinned, history }), {}, false, engine)).component("MorganStack");
      expect(at(outputs, "release")).to.equal(built.id);
      return at(outputs, "releases");
    };
    const { llm, vad } = built.services;
    const ran = { ...built, services: { llm: { ...llm, health: "starting" }, vad: { ...vad, health: "not run" } } };
    expect(await releases(false)).to.deep.equal([ran, newer]);
    expect(await releases(true)).to.deep.equal([newer, ran]);
  });
});
