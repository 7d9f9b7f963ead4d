import { rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { idsOf } from "./support/engine.ts";
import { listen } from "./support/network.ts";
import { freePort } from "./support/project.ts";
import { sharedStack } from "./support/shared-stack.ts";
import { TestStack } from "./support/test-stack.ts";

describe("bad input", () => {
  let stack: TestStack;
  let ids: Record<string, string>;
  let bad: TestStack;

  before(async () => {
    stack = await sharedStack();
    ids = idsOf(stack.name);
    bad = await TestStack.create();
  });

  after(() => bad.dispose());

  afterEach("nothing was built or changed", () => {
    expect(idsOf(stack.name)).to.deep.equal(ids);
    expect(idsOf(bad.name)).to.deep.equal({});
  });

  it("all problems are reported at once, each with its key and the expected value", async () => {
    await bad.configure({
      accelerator: "tpu",
      services: ["vad", "singing"],
      gatewayAddress: "everywhere",
      gatewayPort: "70000",
      registry: "not a registry",
      baseImages: "alpine",
      pypiIndex: "ftp://somewhere",
    });
    const message = await bad.failure("preview");
    for (const key of [
      "accelerator",
      "services",
      "gatewayAddress",
      "gatewayPort",
      "registry",
      "baseImages",
      "pypiIndex",
    ]) {
      expect(message).to.include(`morgan:${key}\n`);
    }
    expect(message).to.include("7 problems").and.include('"tpu"').and.include("singing");
    await bad.unset("accelerator", "services", "gatewayAddress", "registry", "baseImages", "pypiIndex");
    await bad.configure({ gatewayPort: String(bad.gatewayPort) });
  });

  it("values of the wrong type are reported with all others", async () => {
    const wrong = { gatewayPort: "eighty", rateLimit: "lots", modelsOffline: "maybe", services: "vad", models: "tiny" };
    await bad.configure({ ...wrong, accelerator: ["cpu"], registry: "not a registry" });
    const message = await bad.failure("preview");
    for (const key of [...Object.keys(wrong), "accelerator", "registry"]) expect(message).to.include(`morgan:${key}\n`);
    expect(message).to.include("7 problems").and.not.include("must be of type");
    await bad.unset(...Object.keys(wrong), "accelerator", "registry");
    await bad.configure({ gatewayPort: String(bad.gatewayPort) });
  });

  it("a missing source folder and an outdated lock file are reported in one message", async () => {
    rmSync(join(bad.folder, "services/llm/morgan_llm"), { recursive: true });
    writeFileSync(join(bad.folder, "requirements/base.in"), "fastapi==0.1.0\n");
    const message = await bad.failure();
    expect(message)
      .to.include("services/llm/morgan_llm")
      .and.include("requirements/base.txt")
      .and.include("npm run lock");
  });

  it("a port that another stack or another program has is reported with its owner", async () => {
    const port = await freePort();
    const server = createServer();
    await listen(server, "127.0.0.1", port);
    await bad.configure({ gatewayPort: String(port), registryPort: String(stack.registryPort) });
    const message = await bad.failure();
    expect(message).to.include("morgan:gatewayPort").and.include("another program");
    expect(message).to.include("morgan:registryPort").and.include(`the stack "${stack.name}" has it`);
    server.close();
  });

  it("an engine that does not answer is reported with its address", async () => {
    const message = await bad.failure("preview", { DOCKER_HOST: "unix:///nowhere/docker.sock" });
    expect(message).to.include("container engine").and.include("/nowhere/docker.sock").and.include("npm run setup");
  });
});
