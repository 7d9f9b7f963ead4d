import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ClientLogin } from "./support/client-login.ts";
import { containerIds, containersOf, docker, healthOf, idsOf, leftovers } from "./support/engine.ts";
import { OpenRegistry } from "./support/open-registry.ts";
import { plainPulumi, type Ended, type Pulumi } from "./support/plain-pulumi.ts";
import { copyProject, removeProject } from "./support/project.ts";
import { TestStack } from "./support/test-stack.ts";

describe("plain pulumi", () => {
  let dev: TestStack;
  let prod: TestStack;
  let registry: OpenRegistry;
  let pulumi: Pulumi;
  let main: string;
  let code: string;
  const client = new ClientLogin();

  before(async () => {
    dev = await TestStack.create({ services: ["llm"], sizeBudgets: "enforce" }, { variables: client.variables });
    registry = await OpenRegistry.start();
    const common = { services: ["llm"], sizeBudgets: "enforce" };
    const promotes = { ...common, promoteFrom: dev.name, registry: `${registry.host}/prod` };
    prod = await TestStack.create(promotes, { beside: dev });
    pulumi = await plainPulumi(dev);
    main = join(dev.folder, "services/llm/morgan_llm/__main__.py");
    code = readFileSync(main, "utf8");
  });

  afterEach("no file holds a login of the Docker client any more", async () => {
    await client.noCopies(dev);
  });

  after(async () => {
    client.remove();
    await prod.destroy();
    await dev.dispose().catch(() => {
      removeProject(dev.folder);
    });
    registry.remove();
  });

  const on = ({ name }: TestStack): string[] => ["--stack", name];
  const up = (...flags: readonly string[]): Promise<Ended> => pulumi("up", "--yes", ...flags, ...on(dev));
  const succeeds = async (run: Promise<Ended>): Promise<Ended> => {
    const ended = await run;
    expect(ended.code, ended.output).to.equal(0);
    return ended;
  };
  const refused = async (run: Promise<Ended>): Promise<string> => {
    const { code: exit, output } = await run;
    expect(exit, output).to.not.equal(0);
    return output;
  };
  const write = (line: string): void => {
    writeFileSync(main, `${line}\n${code}`);
  };
  const expectServing = async (): Promise<void> => {
    expect((await fetch(`${(await dev.outputs()).endpoint}/ready`)).status).to.equal(200);
  };
  /** Patterns of URNs, with which Pulumi 3.259 chooses the resources of an update. */
  const IMAGE = ["--target", "**docker-build:index:Image::llm"];
  const CONTAINER = ["--target", "**docker:index/container:Container::llm"];

  it("up deploys and records a release, without a terminal", async () => {
    await succeeds(up());
    const { release, releases } = await dev.outputs();
    expect(releases.map(({ id }) => id)).to.deep.equal([release]);
    await expectServing();
  });

  it("preview --diff and --json show what would change, and change nothing", async () => {
    const before = containerIds(dev.name);
    write("# for a preview");
    const { output } = await succeeds(pulumi("preview", "--diff", ...on(dev)));
    expect(output).to.match(/docker:index\/container:Container: \(replace\)/);
    const { stdout } = await succeeds(pulumi("preview", "--json", ...on(dev)));
    const { steps } = JSON.parse(stdout) as { steps: readonly { op: string; urn: string }[] };
    expect(steps.filter(({ op }) => op === "replace").map(({ urn }) => urn.split("::").at(-1))).to.include("llm");
    expect(containerIds(dev.name)).to.deep.equal(before);
  });

  it("up --plan deploys a saved plan of a stack that builds and enforces its budgets", async () => {
    const { llm } = idsOf(dev.name);
    write("# for a plan");
    const plan = join(dev.folder, ".morgan/dev-plan.json");
    await succeeds(pulumi("preview", "--save-plan", plan, ...on(dev)));
    await succeeds(up("--plan", plan));
    expect(idsOf(dev.name)["llm"]).to.not.equal(llm);
    await succeeds(pulumi("preview", "--expect-no-changes", ...on(dev)));
  });

  it("up --plan deploys a saved plan of a stack that promotes and enforces its budgets", async () => {
    for (const line of ["", "# for a second promotion"]) {
      if (line !== "") {
        write(line);
        await succeeds(up());
      }
      const plan = join(dev.folder, ".morgan/prod-plan.json");
      await succeeds(pulumi("preview", "--save-plan", plan, ...on(prod)));
      await succeeds(pulumi("up", "--yes", "--plan", plan, ...on(prod)));
      expect((await prod.outputs()).release).to.equal((await dev.outputs()).release);
    }
  });

  it("up --target of an image records no release, and the container goes on", async () => {
    const before = await dev.outputs();
    const { llm } = idsOf(dev.name);
    write("# for a target");
    const { output } = await succeeds(up(...IMAGE));
    expect(output).to.include(`the release stays ${before.release}: llm runs an older image`);
    const { release, releases } = await dev.outputs();
    expect({ release, releases }).to.deep.equal({ release: before.release, releases: before.releases });
    expect(idsOf(dev.name)["llm"]).to.equal(llm);
  });

  it("up --target of a service that crashes fails, stops it, and records nothing; the next up mends it", async () => {
    const before = await dev.outputs();
    const { llm = "" } = idsOf(dev.name);
    write("raise SystemExit('broken on purpose')");
    const output = await refused(up(...IMAGE, ...CONTAINER));
    expect(output).to.include("its process ended 3 times; it was stopped").and.include("broken on purpose");
    expect(docker("inspect", "--format", "{{.State.Health.Status}}", llm).trim()).to.equal("healthy");
    await expectServing();
    const { release, releases } = await dev.outputs();
    expect({ release, releases }).to.deep.equal({ release: before.release, releases: before.releases });
    write("# mended");
    await succeeds(up(...IMAGE, ...CONTAINER));
    await succeeds(up());
    const after = await dev.outputs();
    expect(after.release).to.not.equal(before.release);
    expect(containersOf(dev.name)["llm"]?.Config.Image).to.equal(after.images["llm"]?.ref);
    await expectServing();
  });

  it("up --continue-on-error of a service that crashes keeps the old container too", async () => {
    const [before, { release }] = [idsOf(dev.name), await dev.outputs()];
    write("raise SystemExit('broken on purpose')");
    expect(await refused(up("--continue-on-error"))).to.include("its process ended 3 times; it was stopped");
    expect(docker("inspect", "--format", "{{.State.Health.Status}}", before["llm"] ?? "").trim()).to.equal("healthy");
    await expectServing();
    expect((await dev.outputs()).release).to.equal(release);
    write("# mended again");
    await succeeds(up());
  });

  it("up --target is refused if it leaves out a service that has yet to be created, and the releases stay", async () => {
    const before = await dev.outputs();
    await dev.configure({ services: ["llm", "vad"] });
    try {
      const output = await refused(up("--target", "**docker:index/volume:Volume::gateway-config"));
      expect(output).to.include("--target, --exclude").and.include("yet to be created");
    } finally {
      await dev.unset("services");
      await dev.configure({ services: ["llm"] });
    }
    expect(await dev.outputs()).to.deep.equal(before);
    await succeeds(up("--expect-no-changes"));
  });

  it("refresh keeps the state and the release", async () => {
    const { release } = await dev.outputs();
    await succeeds(pulumi("refresh", "--yes", ...on(dev)));
    await succeeds(pulumi("preview", "--expect-no-changes", ...on(dev)));
    expect((await dev.outputs()).release).to.equal(release);
  });

  it("up after docker container prune is refused with the remedy, and --refresh puts it right", async () => {
    docker("container", "prune", "--force", "--filter", `label=morgan.stack=${dev.name}`);
    write("# after a prune");
    expect(await refused(up()))
      .to.include("container gateway-files")
      .and.include(`pulumi up --stack ${dev.name} --refresh`);
    await expectServing();
    await succeeds(up("--refresh"));
    await succeeds(pulumi("preview", "--expect-no-changes", ...on(dev)));
  });

  it("up after a container was removed by hand is refused with the remedy, and --refresh puts it right", async () => {
    docker("rm", "--force", idsOf(dev.name)["llm"] ?? "");
    const output = await refused(up());
    expect(output).to.include("container llm").and.include(`pulumi up --stack ${dev.name} --refresh`);
    expect(output).to.not.match(/^ +at /m);
    await succeeds(up("--refresh"));
    expect(healthOf(dev.name, "llm")).to.equal("healthy");
  });

  it("up takes the full name of a stack", async () => {
    await succeeds(pulumi("up", "--yes", "--expect-no-changes", "--stack", `organization/morgan/${dev.name}`));
  });

  it("a second checkout with the same state and passphrase previews no change", async () => {
    const folder = copyProject();
    try {
      for (const file of [`Pulumi.${dev.name}.yaml`, "services/llm/morgan_llm/__main__.py"])
        copyFileSync(join(dev.folder, file), join(folder, file));
      const other = await plainPulumi(dev, folder);
      await succeeds(other("preview", "--expect-no-changes", ...on(dev)));
    } finally {
      removeProject(folder);
    }
  });

  it("a volume that was imported is not used: up is refused because it is protected, and changes nothing", async () => {
    const volume = `${dev.name}-of-an-old-stack`;
    docker("volume", "create", volume);
    try {
      const before = containerIds(dev.name);
      const imported = ["docker:index/volume:Volume", "old-data", volume];
      await succeeds(pulumi("import", "--yes", "--generate-code=false", ...imported, ...on(dev)));
      expect(await refused(up()))
        .to.include("old-data")
        .and.match(/protect/);
      expect(containerIds(dev.name)).to.have.members(before);
      const urn = `urn:pulumi:${dev.name}::morgan::docker:index/volume:Volume::old-data`;
      await succeeds(pulumi("state", "delete", "--yes", "--force", urn, ...on(dev)));
      await succeeds(up("--expect-no-changes"));
      expect(docker("volume", "inspect", "--format", "{{.Name}}", volume).trim()).to.equal(volume);
    } finally {
      docker("volume", "rm", volume);
    }
  });

  it("destroy keeps what is protected, and removes everything if nothing is", async () => {
    await dev.configure({ protectData: "true" });
    await succeeds(up());
    const before = containerIds(dev.name);
    expect(await refused(pulumi("destroy", "--yes", ...on(dev)))).to.include("registry-data");
    expect(containerIds(dev.name)).to.have.members(before);
    await dev.configure({ protectData: "false" });
    await succeeds(up());
    await succeeds(pulumi("destroy", "--yes", ...on(prod)));
    await succeeds(pulumi("destroy", "--yes", ...on(dev)));
    expect([...leftovers(prod.name), ...leftovers(dev.name)]).to.deep.equal([]);
  });
});
