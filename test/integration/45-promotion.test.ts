import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Outputs } from "../../cli/outputs.ts";
import { containersOf, docker, idsOf } from "./support/engine.ts";
import { trafficSince } from "./support/registry-traffic.ts";
import { TestStack } from "./support/test-stack.ts";

describe("a stack that promotes from another", () => {
  let dev: TestStack;
  let prod: TestStack;

  before(async () => {
    dev = await TestStack.create({ services: ["llm", "vad"] });
    const registry = `127.0.0.1:${String(dev.registryPort)}/prod`;
    prod = await TestStack.create({ services: ["llm"], promoteFrom: dev.name, registry }, { beside: dev });
  });

  after(async () => {
    await prod.destroy();
    await dev.dispose();
  });

  const changeLine = (service: string): void => {
    appendFileSync(join(dev.folder, `services/${service}/morgan_${service}/__main__.py`), "# one more line\n");
  };
  const digests = ({ images }: Outputs): Record<string, string> =>
    Object.fromEntries(Object.entries(images).map(([name, { digest }]) => [name, digest]));
  const registryOfDev = (): string => containersOf(dev.name)["registry"]?.Id ?? "";

  it("is refused while that one is not up, and says how to bring it up", async () => {
    const message = await prod.failure("preview");
    expect(message).to.include("morgan:promoteFrom").and.include("it runs no release");
    expect(message).to.include(`npm run up -- --stack ${dev.name}`);
  });

  it("copies what that one runs, builds nothing, and runs the same digests", async () => {
    await dev.up();
    const since = new Date();
    const changes = await prod.up();
    expect(changes.map(({ type }) => type)).not.to.include("docker-build:Image");
    expect(changes.filter(({ type }) => type === "command:local:Command").map(({ name }) => name)).to.deep.equal([
      "copy",
    ]);
    const [built, ran] = [await dev.outputs(), await prod.outputs()];
    expect(digests(ran)).to.deep.equal({ llm: digests(built)["llm"] });
    expect(ran.release).to.equal(built.release);
    expect(containersOf(prod.name)["llm"]?.Config.Image).to.equal(ran.images["llm"]?.ref);
    expect(ran.images["llm"]?.ref).to.include("/prod/images:");
    const { uploads, mounts } = trafficSince(registryOfDev(), since);
    expect(uploads).to.deep.equal([]);
    expect(mounts.length).to.be.greaterThan(3);
    expect(await prod.up({ expectNoChanges: true })).to.deep.equal([]);
    expect(idsOf(dev.name)["llm"]).not.to.equal(undefined);
  });
});
