import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { Outputs } from "../../cli/stack/outputs.ts";
import { containersOf, docker, healthOf, idsOf } from "./support/engine.ts";
import { removeProject } from "./support/project.ts";
import { OpenRegistry } from "./support/open-registry.ts";
import { digestOf, removeManifest } from "./support/registry.ts";
import { trafficSince } from "./support/registry-traffic.ts";
import { TestStack } from "./support/test-stack.ts";

describe("a stack that promotes from another", () => {
  let dev: TestStack;
  let prod: TestStack;
  let registry: OpenRegistry;

  before(async () => {
    registry = await OpenRegistry.start();
    dev = await TestStack.create({ services: ["llm", "vad"], registry: `${registry.host}/dev` });
    const config = { services: ["llm"], promoteFrom: dev.name, registry: `${registry.host}/prod` };
    prod = await TestStack.create(config, { beside: dev });
  });

  after(async () => {
    await prod.destroy();
    await dev.dispose().catch(() => {
      removeProject(dev.folder);
    });
    registry.remove();
  });

  const changeLine = (service: string): void => {
    appendFileSync(join(dev.folder, `services/${service}/morgan_${service}/__main__.py`), "# one more line\n");
  };
  const digests = ({ images }: Outputs): Record<string, string> =>
    Object.fromEntries(Object.entries(images).map(([name, { digest }]) => [name, digest]));
  /** Gives an unused image two names: each is the name of an old release of one of the stacks. */
  const staleImages = (): { own: string; others: string } => {
    const name = (stack: TestStack): string => `${registry.host}/prod/images:llm.${stack.name}-r00000000`;
    docker("import", "/dev/null", name(prod));
    docker("tag", name(prod), name(dev));
    return { own: name(prod), others: name(dev) };
  };
  const waitUntilHealthy = async (stack: string, service: string): Promise<void> => {
    for (let tries = 0; tries < 120; tries++) {
      if (healthOf(stack, service) === "healthy") return;
      await sleep(500);
    }
    throw new Error(`${service} of ${stack} does not become healthy`);
  };

  it("a promotion is refused while the source runs no release, with the command that deploys it", async () => {
    const message = await prod.failure("preview");
    expect(message).to.include("morgan:promoteFrom").and.include("it runs no release");
    expect(message).to.include(`./morgan up --stack ${dev.name}`);
    await prod.configure({ promoteFrom: "no-such-stack" });
    expect(await prod.failure("preview")).to.include("there is no such stack");
    await prod.configure({ promoteFrom: dev.name });
  });

  it("a promotion is refused if the images were built for another accelerator", async () => {
    await dev.up();
    await prod.configure({ accelerator: "cuda", gpu: "off" });
    const message = await prod.failure("preview");
    expect(message).to.match(
      /morgan:accelerator\s+expected: "cpu", which the release r[0-9a-f]{8} of \S+ was built for/,
    );
    expect(message).to.match(/found: +"cuda"/);
    await prod.unset("accelerator", "gpu");
    expect(containersOf(prod.name)).to.deep.equal({});
  });

  it("a promotion copies the source's images, builds nothing, and runs the same digests", async () => {
    const since = new Date();
    const changes = await prod.up();
    expect(changes.map(({ type }) => type)).not.to.include("docker-build:Image");
    expect(changes.filter(({ type }) => type === "command:local:Command").map(({ name }) => name)).to.have.members([
      "identity",
      "copy",
      "gateway-config",
      "settled",
    ]);
    const [built, ran] = [await dev.outputs(), await prod.outputs()];
    expect(digests(ran)).to.deep.equal({ llm: digests(built)["llm"] });
    expect(ran.release).to.equal(built.release);
    expect(containersOf(prod.name)["llm"]?.Config.Image).to.equal(ran.images["llm"]?.ref);
    expect(ran.images["llm"]?.ref).to.include("/prod/images:");
    // The target is another project of the same registry, which mounts the layers without an upload.
    const { uploads, mounts } = trafficSince(registry.name, since);
    expect(uploads).to.deep.equal([]);
    expect(mounts.length).to.be.greaterThan(3);
    expect(await prod.up({ expectNoChanges: true })).to.deep.equal([]);
  });

  it("a preview shows both releases and the files that a promotion would bring, and nothing else", async () => {
    const before = await prod.outputs();
    changeLine("llm");
    await dev.up();
    const { code, output } = await prod.commandLine("preview");
    expect(code, output).to.equal(0);
    expect(output).to.include(`release ${before.release} -> ${(await dev.outputs()).release}`);
    expect(output).to.match(/llm +copy +services\/llm\/morgan_llm\/__main__\.py changed/);
    expect(output).not.to.match(/^ *(?:vad|haproxy|debian) +(?:copy|build)/m);
    expect(before.images).to.deep.equal((await prod.outputs()).images);
  });

  it("a promotion is refused for a service that is not healthy in the source", async () => {
    docker("stop", idsOf(dev.name)["llm"] ?? "");
    await dev.up();
    const message = await prod.failure("preview");
    expect(message).to.match(new RegExp(`${dev.name}: llm\\s+expected: healthy at the last up of "${dev.name}"`));
    expect(message).to.match(/found: +unhealthy/);
    docker("start", idsOf(dev.name)["llm"] ?? "");
    await waitUntilHealthy(dev.name, "llm");
    await dev.up();
  });

  it("a promotion to another registry uploads the layers, and keeps the digests", async () => {
    const other = await TestStack.create({ services: ["llm"], promoteFrom: dev.name }, { beside: dev });
    try {
      await other.up();
      expect(digests(await other.outputs())["llm"]).to.equal(digests(await dev.outputs())["llm"]);
      const { uploads } = trafficSince(containersOf(other.name)["registry"]?.Id ?? "", new Date(0));
      expect(uploads.length).to.be.greaterThan(3);

      // The source's registry is stopped, so the stack's own registry has to be enough for the repair.
      const { ref = "", digest = "" } = (await other.outputs()).images["llm"] ?? {};
      const [tag = ""] = ref.split("@");
      await removeManifest(tag);
      docker("stop", registry.name);
      const { code, output } = await other.commandLine("up", "--refresh");
      expect(code, output).to.equal(0);
      expect(output).to.include(`${tag}; it is copied again`);
      expect(await digestOf(tag)).to.equal(digest);
    } finally {
      docker("start", registry.name);
      await other.destroy();
    }
  });

  it("a rollback runs the previous release without a registry, and `--off` ends the rollback", async () => {
    const first = await prod.outputs();
    await prod.up();
    const second = await prod.outputs();
    expect(second.releases.map(({ id }) => id)).to.deep.equal([second.release, first.release]);
    expect(digests(second)["llm"]).not.to.equal(digests(first)["llm"]);
    docker("stop", registry.name);

    const back = await prod.commandLine("rollback", "--yes");
    expect(back.code, back.output).to.equal(0);
    expect(back.output)
      .to.include(`pinned to the release ${first.release}`)
      .and.include(`./morgan rollback --stack ${prod.name} --off`);
    expect(digests(await prod.outputs())).to.deep.equal(digests(first));
    expect(containersOf(prod.name)["llm"]?.Config.Image).to.equal(first.images["llm"]?.ref);
    expect(await prod.up({ expectNoChanges: true })).to.deep.equal([]);
    expect((await prod.outputs()).releases.map(({ id }) => id)).to.deep.equal([second.release, first.release]);

    const unknown = await prod.commandLine("rollback", "--to", "r00000000", "--yes");
    expect(unknown.code).to.equal(1);
    expect(unknown.output).to.include("morgan:release").and.include(`${first.release} (cpu): llm`);
    expect(await prod.up({ expectNoChanges: true }), "the refused release is not kept").to.deep.equal([]);

    const stale = staleImages();
    const forward = await prod.commandLine("rollback", "--off", "--yes");
    expect(forward.code, forward.output).to.equal(0);
    expect(digests(await prod.outputs())).to.deep.equal(digests(second));
    expect(forward.output).to.include("images removed that no kept release uses: 1\n");
    const names = docker("images", "--format", "{{.Repository}}:{{.Tag}}").split("\n");
    expect(names).to.include(stale.others).and.not.include(stale.own);
    docker("rmi", stale.others);
    docker("start", registry.name);
  });

  it("the stack stays, and is repaired, after the source is destroyed", async () => {
    const before = await prod.outputs();
    await dev.destroy();
    expect(await prod.up({ refresh: true })).to.deep.equal([]);
    docker("rm", "--force", idsOf(prod.name)["llm"] ?? "");
    await prod.up({ refresh: true });
    expect(healthOf(prod.name, "llm")).to.equal("healthy");
    await dev.removeState();
    expect(await prod.up({ expectNoChanges: true, refresh: true })).to.deep.equal([]);
    expect(digests(await prod.outputs())).to.deep.equal(digests(before));
    expect((await prod.commandLine("preview")).output).to.include(`${before.release} stays`);
  });
});

describe("a stack that builds", () => {
  let stack: TestStack;

  before(async () => {
    stack = await TestStack.create({ services: ["vad"] });
  });

  after(() => stack.dispose());

  it("a rollback runs the previous images without a build, and `--off` runs the same digests as before", async () => {
    await stack.up();
    const first = await stack.outputs();
    appendFileSync(join(stack.folder, "services/vad/morgan_vad/__main__.py"), "# one more line\n");
    await stack.up();
    const second = await stack.outputs();
    const registry = idsOf(stack.name)["registry"] ?? "";
    docker("stop", registry);
    const back = await stack.commandLine("rollback", "--yes");
    expect(back.code, back.output).to.equal(0);
    expect(back.output).not.to.match(/Image vad creat/);
    expect(containersOf(stack.name)["vad"]?.Config.Image).to.equal(first.images["vad"]?.ref);
    docker("start", registry);
    const forward = await stack.commandLine("rollback", "--off", "--yes");
    expect(forward.code, forward.output).to.equal(0);
    expect((await stack.outputs()).images).to.deep.equal(second.images);
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });
});
