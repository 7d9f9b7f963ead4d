import { expect } from "chai";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import type { Engine } from "../../../components/engine/engine.ts";
import type { ReleasePlan } from "../../../components/release/plan.ts";
import type { Release } from "../../../components/release/release.ts";
import { MorganStack } from "../../../components/stack.ts";
import { FACTS, fakeEngine, stackConfig } from "../support/config.ts";
import { container, engineWith } from "../support/containers.ts";
import { useLogs } from "../support/logs.ts";
import { useProject } from "../support/project.ts";
import { record, recordFailure, type RecordOptions, type Registrations } from "../support/registrations.ts";
import { at } from "../support/wire.ts";

const CONFIG = stackConfig({ services: ["llm", "vad"] });
const program =
  (releasePlan: ReleasePlan, engine: Engine = fakeEngine()) =>
  (): unknown =>
    new MorganStack("morgan", { config: CONFIG, engine, facts: FACTS, gpuPlan: NO_GPU, releasePlan });
const building = (history: ReleasePlan["history"], revision = "0123456789ab"): ReleasePlan => ({
  kind: "build",
  revision,
  history,
});
const NONE = { running: "", releases: [] };
const recorded = (stack: Registrations): { release: unknown; releases: Release[] } => {
  const { outputs } = stack.component("MorganStack");
  return { release: at(outputs, "release"), releases: at(outputs, "releases") as Release[] };
};

describe("an update with --target or --exclude", () => {
  const project = useProject();
  const logs = useLogs();
  const up = async (
    plan: ReleasePlan,
    options: RecordOptions = {},
    engine?: Engine,
  ): Promise<ReturnType<typeof recorded>> => {
    return recorded(await record(program(plan, engine), options));
  };

  it("records no release of an image that no container runs, and names the containers that lag behind", async () => {
    const before = await up(building(NONE));
    const history = { running: String(before.release), releases: before.releases };
    project.write("services/llm/morgan_llm/new.py", "# newer\n");
    const old = before.releases[0]?.services["llm"]?.ref ?? "";
    const engine = fakeEngine({ health: (id) => Promise.resolve(id === "llm-old-id" ? "unhealthy" : "healthy") });
    const left = { "container llm": { image: old }, "command settled": { stdout: "llm-old-id" } };
    const after = await up(building(history), { left }, engine);
    expect(after.release).to.equal(before.release);
    expect(after.releases.map(({ id }) => id)).to.deep.equal([before.release]);
    expect(after.releases[0]?.services["llm"]).to.include({ ref: old, health: "unhealthy" });
    expect(logs.warn.join()).to.include(`the release stays ${String(before.release)}: llm runs an older image`);
    const whole = await up(building(history));
    expect(whole.releases.map(({ id }) => id)).to.deep.equal([whole.release, before.release]);
    project.remove("services/llm/morgan_llm/new.py");
  });

  it("records nothing on a stack that has no release yet", async () => {
    const image = `127.0.0.1:5101/morgan/images:llm.dev@sha256:${"0".repeat(64)}`;
    const { release, releases } = await up(building(NONE), { left: { "container llm": { image } } });
    expect({ release, releases }).to.deep.equal({ release: "", releases: [] });
    expect(logs.warn.join()).to.include("no release is recorded: llm runs an older image");
  });

  it("records with an image that was left out the sources of that image, and that the commit is not all", async () => {
    const before = await up(building(NONE));
    const history = { running: String(before.release), releases: before.releases };
    project.write("services/llm/morgan_llm/new.py", "# newer\n");
    const llm = before.releases[0]?.services["llm"];
    const left = { "image llm": { ref: llm?.ref ?? "" } };
    project.write("services/vad/morgan_vad/new.py", "# newer\n");
    const { releases } = await up(building(history, "abcdef012345"), { left });
    expect(releases.length).to.equal(2);
    expect(releases[0]?.services["llm"]).to.deep.equal(llm);
    expect(releases[0]?.services["vad"]?.source).not.to.equal(before.releases[0]?.services["vad"]?.source);
    expect(releases[0]?.revision).to.equal("abcdef012345+");
    for (const service of ["llm", "vad"]) project.remove(`services/${service}/morgan_${service}/new.py`);
  });

  it("watches new containers even if the readiness gate is left out, and records nothing if one fails", async () => {
    const crashing = container("llm-id", "llm", { status: "restarting", health: "starting", restarts: 3 });
    const others = ["vad", "gateway", "registry"].map((name) => container(`${name}-id`, name));
    const files = container("gateway-files-id", "gateway-files", { status: "created" });
    const engine = engineWith([crashing, files, ...others]);
    const left = { "command settled": { stdout: "vad-id gateway-id registry-id" } };
    const { registrations, errors } = await recordFailure(program(building(NONE), engine), { left });
    expect(errors.map(String).join()).to.include("container morgan-dev-llm-id").and.include("ended 3 times");
    expect(registrations.component("MorganStack").outputs).to.equal(undefined);
  });

  it("is refused if it leaves out a container that has yet to be created, and the outputs stay", async () => {
    const options = { uncreated: ["container vad"], left: { "command settled": { stdout: "" } } };
    const { registrations, errors } = await recordFailure(program(building(NONE)), options);
    expect(errors.map(String).join()).to.include("--target, --exclude").and.include("npm run up -- --stack dev");
    expect(registrations.component("MorganStack").outputs).to.equal(undefined);
  });
});

describe("a container that was removed by hand or by a prune", () => {
  useProject();

  for (const gone of ["llm", "gateway-files", "registry"]) {
    it(`fails the update with its remedy, if it is ${gone}`, async () => {
      const whole = fakeEngine();
      const inspect: Engine["inspect"] = (id) => (id === `${gone}-id` ? Promise.resolve(undefined) : whole.inspect(id));
      const { registrations, errors } = await recordFailure(program(building(NONE), { ...whole, inspect }));
      expect(errors.map(String).join())
        .to.include(`container ${gone}\n`)
        .and.include("./morgan up --stack dev --refresh, or pulumi up --stack dev --refresh");
      expect(registrations.component("MorganStack").outputs).to.equal(undefined);
      if (gone === "gateway-files") expect(registrations.names("container")).not.to.include("gateway");
    });
  }
});
