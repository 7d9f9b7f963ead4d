import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parseLock } from "../../components/requirements.ts";
import { containersOf, idsOf } from "./support/engine.ts";
import { PrivateNetwork } from "./support/private-network.ts";
import { TestStack } from "./support/test-stack.ts";

describe("a private network", () => {
  let network: PrivateNetwork;
  let stack: TestStack;
  let cache: string;

  before(async () => {
    network = await PrivateNetwork.start();
    cache = mkdtempSync(join(tmpdir(), "morgan-cache-"));
    stack = await TestStack.create(
      { services: ["llm"], baseImages: "debian", ...network.configuration },
      // With a cache of its own it makes a root file system, which no other stack has: BuildKit knows nothing on top of it.
      { variables: { XDG_CACHE_HOME: cache } },
    );
    await stack.configureSecrets(network.passwords);
  });

  after(async () => {
    await stack.dispose();
    network.stop();
    rmSync(cache, { recursive: true });
  });

  it("builds, pushes and runs a stack", async () => {
    await stack.up();
    const { images, services } = await stack.outputs();
    expect(services["llm"]?.health).to.equal("healthy");
    expect(images["llm"]?.ref).to.include(`${network.registry.host}/team/images:llm.`);
    expect(idsOf(stack.name)).to.have.all.keys("llm", "gateway");
  });

  it("gives builds every wheel and every Debian package, and leads them to no other host", () => {
    const pins = ["base", "llm"].flatMap((name) =>
      parseLock(readFileSync(join(stack.folder, `requirements/${name}.txt`), "utf8")),
    );
    const wheels = network.index.requests.flatMap(({ path, status }) =>
      status === 200 || status === 206 ? (/\/([^/]+)\.whl$/.exec(path)?.[1] ?? []) : [],
    );
    const names = new Set(wheels.map((wheel) => (wheel.split("-")[0] ?? "").replaceAll("_", "-").toLowerCase()));
    for (const { name } of pins) expect([...names], "wheels that the index was asked for").to.include(name);
    expect(network.mirror.requests.filter(({ path }) => path.endsWith(".deb")).length).to.be.greaterThan(50);
    expect(new Set(network.proxy.requests.map(({ path }) => path))).to.deep.equal(
      new Set([network.index.host, network.mirror.host]),
    );
  });

  it("changes nothing when nothing changed", async () => {
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
    expect(containersOf(stack.name)["llm"]?.State.Health?.Status).to.equal("healthy");
  });
});
