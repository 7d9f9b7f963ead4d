import { expect } from "chai";
import { forgetAdopted, volumesToAdopt, writeAdopted } from "../../../../cli/stack/adopted-volumes.ts";
import type { Identity } from "../../../../components/engine/identity.ts";
import { roleLabels } from "../../../../components/engine/labels.ts";
import { foreignThings, type StackThings } from "../../../../components/engine/ownership.ts";
import { IDENTITY } from "../../support/config.ts";
import { container, engineWith } from "../../support/containers.ts";
import { useFolder } from "../../support/project.ts";
import { usePrograms } from "../../support/programs.ts";
import { DEV } from "../../support/stacks.ts";
import type { Engine } from "../../../../components/engine/engine.ts";

const OTHER: Identity = { ...IDENTITY, id: "another" };
const ANONYMOUS = "f".repeat(64);

describe("the volumes that a stack takes over", () => {
  const project = useFolder();
  const programs = usePrograms(project);
  const pulumi = (chosen: string, recorded: readonly string[] = []): void => {
    const resources = recorded.map((name) => ({ type: "docker:index/volume:Volume", urn: `urn::${name}`, id: name }));
    const state = JSON.stringify({ deployment: { resources } });
    programs.write(
      "pulumi",
      `case "$*" in "stack export"*) echo '${state}' ;; "config get"*) echo '${chosen}' ;; esac`,
    );
  };
  const engine = (mounted: readonly string[], labelled: Readonly<Record<string, string>> = {}): Engine =>
    engineWith([container("theirs", "postgres", { labels: roleLabels(OTHER, "postgres") })], {
      mountedVolumes: () => Promise.resolve([...mounted, ANONYMOUS]),
      volumes: () =>
        Promise.resolve(Object.entries(labelled).map(([name, role]) => ({ name, labels: roleLabels(OTHER, role) }))),
    });
  const adopted = async (machine: Engine): Promise<unknown> => {
    const foreign: StackThings = await foreignThings(machine, IDENTITY);
    return volumesToAdopt(machine, DEV, foreign);
  };
  afterEach(() => programs.called());

  it("are those that its containers mount, also without labels, and those with its labels", async () => {
    pulumi("{}");
    const machine = engine(["morgan-dev-postgres-data-0123456", "somebody-elses-data-0123456"], {
      "morgan-dev-postgres-data-6543210": "postgres-data",
      "morgan-dev-tts-models-0000000": "tts-models",
    });
    expect(await adopted(machine)).to.deep.equal({
      "postgres-data": "morgan-dev-postgres-data-0123456",
      "tts-models": "morgan-dev-tts-models-0000000",
    });
  });

  it("are not those of which the stack has one, and are the user's choice first", async () => {
    pulumi('{"redis-data": "mine"}', ["postgres-data"]);
    const machine = engine(["morgan-dev-postgres-data-0123456"], { "morgan-dev-redis-data-0123456": "redis-data" });
    expect(await adopted(machine)).to.deep.equal({ "redis-data": "mine" });
  });

  it("are refused if there are several for one purpose, with the command that chooses one", async () => {
    pulumi("{}");
    const machine = engine([], { one: "redis-data", two: "redis-data" });
    const error = String(await adopted(machine).catch(String));
    expect(error)
      .to.contain("one, two")
      .and.contain(`pulumi config set --path 'adoptVolumes["redis-data"]' VOLUME --stack dev`);
  });

  it("are in the configuration until the state holds them", async () => {
    pulumi("{}");
    await writeAdopted(DEV, { "redis-data": "mine" });
    await forgetAdopted(DEV);
    expect(programs.called()).to.deep.equal([
      `pulumi config set --path adoptVolumes["redis-data"] mine --stack dev --non-interactive`,
      "pulumi config rm adoptVolumes --stack dev --non-interactive",
    ]);
  });
});
