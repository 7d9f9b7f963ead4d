import { expect } from "chai";
import { adopt } from "../../../../cli/commands/adopt.ts";
import type { Invocation } from "../../../../cli/lib/invocation.ts";
import type { Engine } from "../../../../components/engine/engine.ts";
import { roleLabels } from "../../../../components/engine/labels.ts";
import { fakeEngine, IDENTITY } from "../../support/config.ts";
import { container, engineWith } from "../../support/containers.ts";
import { useFolder } from "../../support/project.ts";
import { usePrograms } from "../../support/programs.ts";
import { DEV } from "../../support/stacks.ts";
import { useVariable } from "../../support/variable.ts";

describe("the adoption of a stack whose state is lost", () => {
  const project = useFolder();
  const programs = usePrograms(project);
  const useBackend = useVariable("PULUMI_BACKEND_URL");
  const removed: string[] = [];
  const theirs = engineWith([container("c1", "llm", { labels: roleLabels({ ...IDENTITY, id: "another" }, "llm") })], {
    remove: (kind, id) => Promise.resolve(void removed.push(`${kind} ${id}`)),
    networks: () => Promise.resolve([{ id: "n1", labels: roleLabels({ ...IDENTITY, id: "another" }, "network") }]),
    mountedVolumes: () => Promise.resolve(["morgan-dev-llm-models-0123456"]),
  });
  const run = (engine: Engine, yes: boolean): Promise<unknown> => {
    const invocation: Invocation = {
      command: "adopt",
      stack: DEV,
      argument: undefined,
      options: yes ? { yes } : {},
      flags: [],
      isDefault: true,
      isNamed: true,
    };
    return adopt(invocation, engine).catch(String);
  };
  beforeEach(() => {
    useBackend(`file://${project.folder}/state?metadata=skip`);
    programs.write("pulumi", `case "$*" in "config get"* | "stack export"*) exit 1 ;; up*) exit 3 ;; esac`);
    programs.write("docker", "");
    programs.called();
    removed.length = 0;
  });

  it("is refused if there is nothing to take over, also from a stack of the same state", async () => {
    expect(await run(fakeEngine(), true))
      .to.contain('a stack "dev" of another state')
      .and.contain("./morgan up");
    expect(removed).to.deep.equal([]);
  });

  it("removes nothing unless somebody confirms it", async () => {
    expect(await run(theirs, false)).to.contain("./morgan adopt --stack dev --yes");
    expect(removed).to.deep.equal([]);
    expect(programs.called().filter((call) => /config set|stack init| up /.test(call))).to.deep.equal([]);
  });

  it("names the volumes first, then removes containers and networks, then deploys; a failure keeps the names", async () => {
    expect(await run(theirs, true)).to.equal(3);
    expect(removed).to.deep.equal(["container c1", "network n1"]);
    const calls = programs.called().filter((call) => /^pulumi (?:config (?:set|rm)|stack init|up)/.test(call));
    expect(calls.map((call) => call.split(" ").slice(1, 3).join(" "))).to.deep.equal([
      "stack init",
      "config set",
      "up --stack",
    ]);
    expect(calls[1]).to.contain('adoptVolumes["llm-models"] morgan-dev-llm-models-0123456');
  });
});
