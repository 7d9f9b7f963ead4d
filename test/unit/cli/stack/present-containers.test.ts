import { expect } from "chai";
import { describeUnhealthy, findAbsent, findUnhealthy } from "../../../../cli/stack/present-containers.ts";
import { startStopped, withNeededRefresh } from "../../../../cli/stack/put-back-containers.ts";
import type { InspectedContainer } from "../../../../components/engine/containers.ts";
import { fakeEngine } from "../../support/config.ts";
import { container, engineWith } from "../../support/containers.ts";
import { useFolder } from "../../support/project.ts";
import { DEV } from "../../support/stacks.ts";
import { useVariable } from "../../support/variable.ts";

const RECORDED = [
  { id: "core", name: "core", runs: true },
  { id: "llm", name: "llm", runs: true },
  { id: "files", name: "core-files", runs: false },
];
const files = container("files", "core-files", { status: "created", health: "none" });

describe("the recorded containers of a stack", () => {
  it("are absent if they are gone, or if somebody stopped one that is to run", async () => {
    const stopped = engineWith([container("core", "core", { status: "exited" })]);
    const { missing, stopped: found } = await findAbsent(stopped, "dev", RECORDED);
    expect(missing.map(({ name }) => name)).to.deep.equal(["llm", "core-files"]);
    expect(found.map(({ name }) => name)).to.deep.equal(["core"]);
    const all = engineWith([container("core", "core"), container("llm", "llm"), files]);
    expect(await findAbsent(all, "dev", RECORDED)).to.deep.equal({ missing: [], stopped: [] });
  });

  it("count as present on an engine that does not answer, which Pulumi reports", async () => {
    const engine = fakeEngine({ containers: () => Promise.reject(new Error("no engine")) });
    expect(await findAbsent(engine, "dev", RECORDED)).to.deep.equal({ missing: [], stopped: [] });
  });

  it("are unhealthy by their health or their status, and files containers never are", async () => {
    const states = (...containers: readonly InspectedContainer[]): Promise<unknown> =>
      findUnhealthy(engineWith([...containers, files]), RECORDED, () => undefined);
    expect(await states(container("core", "core"), container("llm", "llm", { health: "none" }))).to.deep.equal([]);
    const found = await states(
      container("core", "core", { health: "unhealthy" }),
      container("llm", "llm", { status: "paused" }),
    );
    expect(found).to.deep.equal([
      { name: "core", state: "unhealthy" },
      { name: "llm", state: "paused" },
    ]);
    expect(await states(container("llm", "llm"))).to.deep.equal([{ name: "core", state: "gone" }]);
    expect(describeUnhealthy([{ name: "core", state: "gone" }], "./morgan up --stack dev --refresh"))
      .to.include("core is gone")
      .and.include("./morgan up --stack dev --refresh");
  });

  it("are waited for while they start", async () => {
    let asked = 0;
    const engine = engineWith([], {
      inspect: (id) => Promise.resolve(container(id, id, { health: (asked += 1) > 4 ? "healthy" : "starting" })),
    });
    expect(await findUnhealthy(engine, RECORDED, () => undefined)).to.deep.equal([]);
    expect(asked).to.be.greaterThan(4);
  });
});

describe("an up over containers that are not as they were left", () => {
  const project = useFolder();
  const useBackend = useVariable("PULUMI_BACKEND_URL");
  const started: string[] = [];
  const urn = (name: string): string => `urn:pulumi:dev::morgan::docker:index/container:Container::${name}`;
  const engine = engineWith([container("core", "core", { status: "exited" })], {
    start: (id) => Promise.resolve(void started.push(id)),
  });
  const record = (...names: readonly string[]): void => {
    const resources = names.map((name) => ({
      type: "docker:index/container:Container",
      id: name,
      urn: urn(name),
      inputs: {},
    }));
    project.write("state/.pulumi/stacks/morgan/dev.json", JSON.stringify({ checkpoint: { latest: { resources } } }));
  };
  before(() => {
    useBackend(`file://${project.folder}/state?metadata=skip`);
  });
  beforeEach(() => started.splice(0));

  it("starts those that were stopped, and needs no refresh", async () => {
    record("core");
    await startStopped(engine, DEV);
    expect(await withNeededRefresh(engine, DEV, ["--diff"])).to.deep.equal(["--diff"]);
    expect(started).to.deep.equal(["core"]);
  });

  it("refreshes if one is gone, once, as its preview does; that starts nothing", async () => {
    record("core", "llm");
    expect(await withNeededRefresh(engine, DEV, ["--diff"])).to.deep.equal(["--diff", "--refresh"]);
    expect(await withNeededRefresh(engine, DEV, ["--refresh"])).to.deep.equal(["--refresh"]);
    expect(started).to.deep.equal([]);
  });

  for (const limit of ["--plan=p", "--target"]) {
    it(`is refused with ${limit} if one is gone`, async () => {
      record("llm");
      expect(await withNeededRefresh(engine, DEV, [limit, "x"]).catch(String))
        .to.include("gone: llm")
        .and.include("./morgan up --stack dev --refresh")
        .and.include("nothing was changed");
    });
  }
});
