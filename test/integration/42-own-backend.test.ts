import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { containersOf, docker, healthOf, leftovers, lines } from "./support/engine.ts";
import { killUpAtContainer } from "./support/kill-up.ts";
import { startPostgres, type TestPostgres } from "./support/postgres.ts";
import { sharedStack } from "./support/shared-stack.ts";
import { TestStack } from "./support/test-stack.ts";

describe("a stack whose state is in a backend of the user's own", () => {
  let backend: TestPostgres | undefined;
  let stack: TestStack;

  before("the backend is a database", async () => {
    const { name } = await sharedStack();
    backend = await startPostgres(containersOf(name)["postgres"]?.Config.Image ?? "");
    stack = await TestStack.create({ services: ["llm"] }, { variables: { PULUMI_BACKEND_URL: backend.url } });
  });

  after(async () => {
    try {
      await stack.dispose();
    } finally {
      backend?.close();
    }
  });

  const containersOfRole = (role: string): string[] => {
    const filters = [`label=morgan.stack=${stack.name}`, `label=morgan.role=${role}`];
    return lines(docker("ps", "--all", "--quiet", "--no-trunc", ...filters.flatMap((one) => ["--filter", one])));
  };

  it("is repaired after a killed up, as soon as the backend's lock of that up is gone", async () => {
    await killUpAtContainer(stack, "llm");
    const [left = "", ...others] = containersOfRole("llm");
    expect(left).to.not.equal("");
    expect(others).to.deep.equal([]);
    const locked = await stack.commandLine("up");
    expect(locked.code).to.not.equal(0);
    expect(locked.output).to.include("pulumi cancel").and.not.include("putting right");
    const [cwd, env] = [stack.folder, stack.environment()];
    execFileSync("pulumi", ["cancel", "--yes", "--stack", stack.name], { cwd, env, stdio: "ignore" });
    const { code, output } = await stack.commandLine("up");
    expect(code, output).to.equal(0);
    expect(output).to.include("putting right what it left");
    expect(containersOfRole("llm")).to.have.length(1).and.not.include(left);
    expect(healthOf(stack.name, "llm")).to.equal("healthy");
  });

  it("is unchanged by the next up, which ends with the outputs of the backend", async () => {
    const { code, output } = await stack.commandLine("up");
    expect(code, output).to.equal(0);
    expect(output)
      .to.include("unchanged")
      .and.include(`endpoint  http://127.0.0.1:${String(stack.gatewayPort)}`);
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });

  it("is destroyed, and leaves nothing", async () => {
    await stack.destroy();
    expect(leftovers(stack.name)).to.deep.equal([]);
  });
});
