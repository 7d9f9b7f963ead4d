import { expect } from "chai";
import { requireBoundEngine } from "../../../../cli/stack/bound-engine.ts";
import { fakeEngine, FACTS } from "../../support/config.ts";
import { useFolder } from "../../support/project.ts";
import { usePrograms } from "../../support/programs.ts";
import { DEV } from "../../support/stacks.ts";
import { useVariable } from "../../support/variable.ts";

describe("the engine of a command", () => {
  const project = useFolder();
  const programs = usePrograms(project);
  const setBackend = useVariable("PULUMI_BACKEND_URL");
  before(() => {
    setBackend("s3://states");
  });
  afterEach(() => programs.called());
  const outputs = (found: unknown): void => {
    project.write("outputs.json", JSON.stringify(found));
    programs.write("pulumi", "cat outputs.json");
  };
  const failure = (engine = fakeEngine()): Promise<string> =>
    requireBoundEngine(engine, DEV).then(() => "no error", String);

  it("is the stack's own, or any for a stack that is not up", async () => {
    outputs({ engine: { id: FACTS.id, name: "an old name" } });
    expect((await requireBoundEngine(fakeEngine(), DEV)).name).to.equal(FACTS.name);
    outputs({});
    expect((await requireBoundEngine(fakeEngine(), DEV)).name).to.equal(FACTS.name);
    programs.write("pulumi", "exit 255");
    expect((await requireBoundEngine(fakeEngine(), DEV)).name).to.equal(FACTS.name);
  });

  it("is refused with both names if it is another one", async () => {
    outputs({ engine: { id: "e2", name: "gpu" } });
    expect(await failure())
      .to.contain("gpu (e2)")
      .and.contain(`${FACTS.name} (${FACTS.id})`)
      .and.contain("nothing was changed");
  });

  it("is reported if it does not answer", async () => {
    outputs({});
    const down = fakeEngine({ facts: () => Promise.reject(new Error("connect ENOENT")) });
    expect(await failure(down))
      .to.contain("connect ENOENT")
      .and.contain("nothing was changed");
  });
});
