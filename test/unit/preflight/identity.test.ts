import { expect } from "chai";
import type { Engine } from "../../../components/engine/engine.ts";
import type { Identity } from "../../../components/engine/identity.ts";
import { roleLabels } from "../../../components/engine/labels.ts";
import type { Problem } from "../../../components/lib/errors.ts";
import { checkIdentity } from "../../../components/preflight/identity.ts";
import { IDENTITY, listing, stackConfig, type ConfigChanges } from "../support/config.ts";
import { fakeHost, type FakeHost } from "../support/host.ts";
import { useLogs } from "../support/logs.ts";

const OTHER: Identity = { ...IDENTITY, id: "another" };
const OLD: Identity = { ...IDENTITY, id: undefined };

const volumes = (...owners: readonly Identity[]): Partial<Engine> => ({
  volumes: () =>
    Promise.resolve(owners.map((owner) => ({ name: `data-${owner.id ?? ""}`, labels: roleLabels(owner, "x") }))),
});

const host = (...owners: readonly Identity[]): FakeHost =>
  fakeHost({
    ...volumes(...owners),
    containers: listing(
      owners.map((owner, index) => ({
        id: String(index),
        image: "sha256:0",
        running: true,
        labels: roleLabels(owner, "core"),
        published: [],
      })),
    ),
  });

const check = (machine: FakeHost, identity: Identity, changes: ConfigChanges = {}): Promise<Problem[]> =>
  checkIdentity(stackConfig(changes), machine, { identity, isPreview: false, hasRun: false });

describe("the identity of a stack at the preflight", () => {
  const logs = useLogs();

  it("is no problem if the engine has its own things, or none", async () => {
    expect(await check(host(), IDENTITY)).to.deep.equal([]);
    expect(await check(host(IDENTITY), IDENTITY)).to.deep.equal([]);
    expect(await check(host(OLD), { ...IDENTITY, legacy: true })).to.deep.equal([]);
    expect(logs.warn).to.deep.equal([]);
  });

  it("is refused if a stack of the same name with another state runs on the engine, with what to do", async () => {
    for (const owner of [OTHER, OLD]) {
      const [problem, ...more] = await check(host(IDENTITY, owner), IDENTITY);
      expect(more).to.deep.equal([]);
      expect(problem?.found).to.contain('a stack "dev" with another state').and.contain("1 container, 0 networks");
      expect(problem?.fix).to.contain("./morgan adopt --stack dev").and.contain("another name");
    }
  });

  it("is refused after a renaming, with the command that renames the stack back", async () => {
    const [problem] = await check(host(), { ...IDENTITY, stack: "before" });
    expect(problem?.fix).to.contain("pulumi stack rename before --stack dev");
  });

  it("is refused if this run makes no id: it would make things without one", async () => {
    const [problem] = await check(host(), OLD);
    expect(problem).to.include({ key: "identity", fix: "run up once without --target" });
    expect(await checkIdentity(stackConfig(), host(), { identity: OLD, isPreview: true, hasRun: false })).to.deep.equal(
      [],
    );
  });

  it("warns once of volumes that another state left, until the stack has things of its own", async () => {
    const left = fakeHost(volumes(OTHER));
    expect(await check(left, IDENTITY)).to.deep.equal([]);
    expect(logs.warn.join()).to.contain("data-another").and.contain("./morgan adopt --stack dev");
  });

  it("is refused if a volume to take over is not in the engine", async () => {
    const data = (volume: string): ConfigChanges => ({ data: { adoptedVolumes: { "redis-data": volume } } });
    const left = fakeHost(volumes(OTHER));
    expect(await check(left, IDENTITY, data("data-another"))).to.deep.equal([]);
    expect(logs.warn).to.deep.equal([]);
    const [problem] = await check(left, IDENTITY, data("gone"));
    expect(problem?.key).to.equal("morgan:adoptVolumes.redis-data");
    expect(problem?.fix).to.contain("pulumi config rm");
  });
});
