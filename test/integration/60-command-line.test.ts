import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { containersOf, healthOf, leftovers } from "./support/engine.ts";
import { freePort } from "./support/project.ts";
import { TestStack } from "./support/test-stack.ts";

describe("the command line", () => {
  let stack: TestStack;

  before(async () => {
    stack = await TestStack.create({ services: ["llm"] });
    const file = join(stack.folder, `Pulumi.${stack.name}.yaml`);
    writeFileSync(file, readFileSync(file, "utf8").replace(/^encryptionsalt: .*\n/m, ""));
    git("init", "--quiet");
    git("add", "--all");
    git("-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message", "all");
  });

  after(() => stack.dispose());

  const main = (): string => join(stack.folder, "services/llm/morgan_llm/__main__.py");

  function git(...args: readonly string[]): string {
    return execFileSync("git", args, { cwd: stack.folder, encoding: "utf8" });
  }

  it("up prints the endpoint and, for each service, its health, sizes and image by digest", async () => {
    const { code, output } = await stack.commandLine("up");
    expect(code, output).to.equal(0);
    expect(output).to.include(`endpoint  http://127.0.0.1:${String(stack.gatewayPort)}`);
    expect(output).to.match(/^llm +healthy +cpu +[\d.]+ MB +[\d.]+ MB +\S+@sha256:[0-9a-f]{64}$/m);
  });

  it("up reports that nothing changed if nothing did", async () => {
    const { output } = await stack.commandLine("up");
    expect(output).to.match(/Resources:\n +\d+ unchanged\n\n/);
  });

  it("a second up at the same time is refused, with the owner of the state lock", async () => {
    const text = readFileSync(main(), "utf8");
    writeFileSync(main(), `${text}# for the first up\n`);
    const first = stack.commandLine("up");
    const locks = stack.backendPath(`locks/organization/morgan/${stack.name}`);
    const ended = first.then(() => true);
    while (!existsSync(locks) || readdirSync(locks).length === 0) {
      expect(await Promise.race([ended, sleep(10)]), "ended before it took a lock").to.equal(undefined);
    }
    const second = await stack.commandLine("up");
    expect(second.code, second.output).to.equal(1);
    expect(second.output)
      .to.include(`${userInfo().username}@${hostname()} is changing the stack "${stack.name}"`)
      .and.include("nothing was changed")
      .and.match(/\(process \d+\) since \d{4}-\d\d-\d\dT/)
      .and.not.include("Updating");
    const { code, output } = await first;
    expect(code, output).to.equal(0);
    writeFileSync(main(), text);
    expect((await stack.commandLine("up")).code).to.equal(0);
  });

  it("up ends with the log of a crash, which stands there once, and not with that of an earlier up", async () => {
    const text = readFileSync(main(), "utf8");
    for (const [crash, earlier] of [
      ["crash one", "crash two"],
      ["crash two", "crash one"],
    ] as const) {
      writeFileSync(main(), `raise SystemExit("${crash}")\n${text}`);
      const { code, output } = await stack.commandLine("up");
      expect(code, output).to.equal(1);
      const [before = "", log, ...more] = output.split(/^--- container .*$/m);
      expect(before).to.include("did not get ready").and.not.include(crash);
      expect(log).to.include(crash).and.not.include(earlier);
      expect(more).to.deep.equal([]);
    }
    writeFileSync(main(), text);
    expect((await stack.commandLine("up")).code).to.equal(0);
  });

  it("the checkout stays unchanged, although Pulumi writes a salt into the stack's file", () => {
    expect(git("status", "--porcelain")).to.equal("");
  });

  it("outputs prints JSON, and env prints an environment in which plain pulumi works", async () => {
    const { output } = await stack.commandLine("outputs", "--json");
    expect(JSON.parse(output)).to.have.all.keys(
      "certificate",
      "endpoint",
      "engine",
      "images",
      "services",
      "registry",
      "baseImages",
      "release",
      "releases",
      "identity",
      "manifest",
      "secretDigests",
      "lastUp",
    );
    expect(JSON.parse(output)).to.have.property("secretDigests", "[secret]");
    const env = await stack.commandLine("env");
    const plain = `${env.output}\npulumi preview --stack ${stack.name} --expect-no-changes --non-interactive`;
    execFileSync("bash", ["-c", plain], { cwd: stack.folder, stdio: "pipe", env: stack.environment() });
  });

  it("preview changes nothing", async () => {
    const { code, output } = await stack.commandLine("preview");
    expect(code, output).to.equal(0);
    expect(output).to.include("unchanged");
  });

  it("an unknown command is refused, with a way to the help", async () => {
    const { code, output } = await stack.commandLine("upp");
    expect(code).to.equal(2);
    expect(output).to.include("unknown command 'upp'").and.include("./morgan --help");
  });

  it("up announces that a new port replaces the gateway, and prints the downtime", async () => {
    const port = await freePort();
    await stack.configure({ gatewayPort: String(port) });
    const announcement = /port .* moves .* the gateway is replaced/;
    expect((await stack.commandLine("preview")).output).to.match(announcement);
    const { code, output } = await stack.commandLine("up");
    expect(code, output).to.equal(0);
    expect(output).to.match(announcement);
    expect(output).to.match(/^gateway: no container served for \d+\.\d s \(replaced stop-first\)$/m);
    expect(output).to.include(`endpoint  http://127.0.0.1:${String(port)}`);
    const next = await stack.commandLine("up");
    expect(next.output).to.not.match(announcement).and.not.include("no container served");
  });

  it("destroy removes nothing if something is protected, and names the key", async () => {
    await stack.configure({ protectData: "true" });
    await stack.up();
    const { code, output } = await stack.commandLine("destroy", "--yes");
    expect(code).to.equal(1);
    expect(output).to.include("registry-data").and.include("protectData");
    expect(healthOf(stack.name, "llm")).to.equal("healthy");
    await stack.configure({ protectData: "false" });
    await stack.up();
  });

  it("destroy removes everything, and outputs then reports that the stack is not up", async () => {
    expect((await stack.commandLine("destroy", "--yes")).code).to.equal(0);
    expect(containersOf(stack.name)).to.deep.equal({});
    expect(leftovers(stack.name)).to.deep.equal([]);
    const { code, output } = await stack.commandLine("outputs");
    expect(code).to.equal(1);
    expect(output).to.include(`the stack "${stack.name}" is not up`);
  });
});
