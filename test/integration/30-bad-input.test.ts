import { rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { idsOf } from "./support/engine.ts";
import { freePort } from "./support/project.ts";
import { sharedStack } from "./support/shared-stack.ts";
import { TestStack } from "./support/test-stack.ts";

describe("bad input", () => {
  let stack: TestStack;
  let ids: Record<string, string>;
  let bad: TestStack;

  before(async () => {
    stack = sharedStack();
    ids = idsOf(stack.name);
    bad = await TestStack.create();
  });

  after(() => bad.dispose());

  afterEach("nothing was built or changed", () => {
    expect(idsOf(stack.name)).to.deep.equal(ids);
    expect(idsOf(bad.name)).to.deep.equal({});
  });

  it("is told all at once, each with its key and what was expected", async () => {
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

  it("of the wrong type is told by Pulumi itself, with the key and the type", async () => {
    await bad.configure({ gatewayPort: "eighty" });
    expect(await bad.failure("preview")).to.match(/gatewayPort.* must be of type 'integer'/);
    await bad.configure({ gatewayPort: String(bad.gatewayPort) });
  });

  it("is a source folder that is not there and a lock file out of date, in one message", async () => {
    rmSync(join(bad.folder, "services/llm/morgan_llm"), { recursive: true });
    writeFileSync(join(bad.folder, "requirements/base.in"), "fastapi==0.1.0\n");
    const message = await bad.failure();
    expect(message)
      .to.include("services/llm/morgan_llm")
      .and.include("requirements/base.txt")
      .and.include("npm run lock");
  });

  it("is a port that another stack or another program has", async () => {
    const port = await freePort();
    const server = await listen(port);
    await bad.configure({ gatewayPort: String(port), registryPort: String(stack.registryPort) });
    const message = await bad.failure();
    expect(message).to.include("morgan:gatewayPort").and.include("another program");
    expect(message).to.include("morgan:registryPort").and.include(`the stack "${stack.name}" has it`);
    server.close();
  });

  it("is an engine that does not answer", async () => {
    const message = await bad.failure("preview", { DOCKER_HOST: "unix:///nowhere/docker.sock" });
    expect(message).to.include("container engine").and.include("/nowhere/docker.sock").and.include("npm run setup");
  });
});

function listen(port: number): Promise<Server> {
  const { promise, resolve } = Promise.withResolvers<Server>();
  const server = createServer();
  server.listen(port, "127.0.0.1", () => {
    resolve(server);
  });
  return promise;
}
