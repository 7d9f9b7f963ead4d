import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { Plan } from "../../components/plan/plan.ts";
import { docker, healthOf, idsOf } from "./support/engine.ts";
import { processesOf } from "./support/kill-up.ts";
import { TestStack } from "./support/test-stack.ts";

describe("the command morgan", () => {
  let stack: TestStack;

  before(async () => {
    stack = await TestStack.create({ services: ["llm"] });
    // The Automation API has written a salt, which a command would take for the user's own.
    writeFileSync(configFile(), readFileSync(configFile(), "utf8").replace(/^encryptionsalt: .*\n/m, ""));
    const { code, output } = await stack.commandLine("up");
    expect(code, output).to.equal(0);
  });

  after(() => stack.dispose());

  const configFile = (): string => join(stack.folder, `Pulumi.${stack.name}.yaml`);
  const state = (): string => stack.state();
  const locks = (): string[] => {
    const folder = stack.backendPath(`locks/organization/morgan/${stack.name}`);
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  /** Runs `./morgan`, or another program of the checkout, without a terminal. */
  const run = async (
    program: string,
    args: readonly string[],
    variables: NodeJS.ProcessEnv = {},
  ): Promise<{ readonly code: number; readonly output: string; readonly stdout: string }> => {
    const env = { ...stack.environment(), ...variables };
    const child = spawn(program, args, { cwd: stack.folder, env, stdio: ["ignore", "pipe", "pipe"] });
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    const [code] = (await once(child, "close")) as [number];
    return { code, stdout: stdout(), output: stdout() + stderr() };
  };

  it("prints help and completions without a stack, from any folder", async () => {
    const help = await run("sh", ["-c", "cd services && ../morgan destroy --help"]);
    expect(help.code, help.output).to.equal(0);
    expect(help.output).to.include("Usage: morgan destroy").and.include("./morgan destroy --stack dev");
    const script = await run("./morgan", ["completion", "bash"]);
    expect(script.output).to.include("complete -o default -F _morgan");
    expect(healthOf(stack.name, "llm")).to.equal("healthy");
  });

  it("changes nothing if npm swallowed an option, or if the line is wrong", async () => {
    const before = state();
    const npm = { npm_lifecycle_event: "destroy", npm_config_stack: stack.name };
    const swallowed = await run("./morgan", ["destroy", "--yes"], { ...npm, PULUMI_STACK: stack.name });
    expect(swallowed.code).to.equal(1);
    expect(swallowed.output).to.include(`./morgan destroy --yes --stack=${stack.name}`);
    for (const line of [
      ["destroy", "--stack", ""],
      ["destroy", "--stack"],
      ["destroy", "--off"],
      ["destroy", "now"],
    ]) {
      const { code, output } = await run("./morgan", line, { PULUMI_STACK: stack.name });
      expect(code, output).to.equal(2);
      expect(output).to.include("nothing was changed");
    }
    expect(state()).to.equal(before);
    expect(healthOf(stack.name, "llm")).to.equal("healthy");
  });

  it("refuses a stack that does not exist, with those that do, and makes none", async () => {
    for (const command of ["destroy", "preview", "rollback", "outputs", "backup", "demo"]) {
      const { code, output } = await run("./morgan", [command, "--stack", "prdo"]);
      expect(code, output).to.equal(1);
      expect(output).to.include('a stack "prdo"').and.include(stack.name);
    }
    expect(existsSync(stack.backendPath("stacks/morgan/prdo.json"))).to.equal(false);
    expect(existsSync(join(stack.folder, "Pulumi.prdo.yaml"))).to.equal(false);
  });

  it("destroys nothing without a terminal and without --yes, and names stack and engine", async () => {
    const { code, output } = await stack.commandLine("destroy");
    expect(code, output).to.equal(1);
    expect(output).to.include(`destroy the stack "${stack.name}" on the engine "`).and.include("--yes");
    expect(healthOf(stack.name, "llm")).to.equal("healthy");
  });

  it("is for the stack that a plain pulumi takes: PULUMI_STACK, or the selected one", async () => {
    const named = await run("./morgan", ["outputs", "--json"], { PULUMI_STACK: stack.name });
    expect(JSON.parse(named.stdout)).to.have.property("endpoint");
    await run("pulumi", ["stack", "select", stack.name]);
    const selected = await run("./morgan", ["outputs", "--json"]);
    expect(JSON.parse(selected.stdout)).to.have.property("endpoint");
    const full = await run("./morgan", ["outputs", "--json", "--stack", `organization/morgan/${stack.name}`]);
    expect(JSON.parse(full.stdout)).to.deep.equal(JSON.parse(selected.stdout));
  });

  it("prints the plan of a preview as JSON alone, and as a comment for a pull request", async () => {
    const main = join(stack.folder, "services/llm/morgan_llm/__main__.py");
    const code = readFileSync(main, "utf8");
    writeFileSync(main, `${code}# one more line\n`);
    try {
      const json = await run("./morgan", ["preview", "--json", "--stack", stack.name]);
      expect(json.code, json.output).to.equal(0);
      const { images, containers } = JSON.parse(json.stdout) as Plan;
      const reasons = [{ kind: "file", path: "services/llm/morgan_llm/__main__.py", change: "changed" }];
      const built = images.filter(({ action }) => action !== "cached");
      expect(built.map(({ name, action, reasons: found }) => ({ name, action, reasons: found }))).to.deep.equal([
        { name: "llm", action: "build", reasons },
      ]);
      expect(containers.filter(({ action }) => action !== "untouched")).to.deep.equal([
        { name: "llm", action: "replace", way: "create-first", reasons: [{ kind: "image", name: "llm" }] },
      ]);
      const file = join(stack.folder, ".morgan/comments/one.md");
      const markdown = await run("./morgan", ["preview", "--markdown", file, "--stack", stack.name]);
      expect(markdown.code, markdown.output).to.equal(0);
      const comment = readFileSync(file, "utf8");
      expect(comment).to.include("1 image, 1 container, nothing interrupted").and.include(":::build");
      // Pulumi's own text shows neither a container's id nor a digest.
      expect(comment).to.not.match(/[0-9a-f]{16}|containers.*\[/);
    } finally {
      writeFileSync(main, code);
    }
  });

  it("puts a container right in the same up that somebody removed or stopped", async () => {
    docker("rm", "--force", "--volumes", idsOf(stack.name)["llm"] ?? "");
    const preview = await stack.commandLine("preview");
    expect(preview.code, preview.output).to.equal(0);
    expect(idsOf(stack.name), "a preview puts nothing right").not.to.have.property("llm");
    const again = await stack.commandLine("up");
    expect(again.code, again.output).to.equal(0);
    expect(again.output).to.include("gone from the engine: llm");
    expect(healthOf(stack.name, "llm")).to.equal("healthy");
    const { llm = "" } = idsOf(stack.name);
    docker("stop", llm);
    const started = await stack.commandLine("up");
    expect(started.code, started.output).to.equal(0);
    expect(idsOf(stack.name)["llm"]).to.equal(llm);
    expect(healthOf(stack.name, "llm")).to.equal("healthy");
  });

  it("ends with 1 if what runs is not healthy, and names it with the remedy", async () => {
    const { llm = "" } = idsOf(stack.name);
    docker("pause", llm);
    try {
      const { code, output } = await stack.commandLine("up");
      expect(code, output).to.equal(1);
      expect(output)
        .to.match(/llm is (?:paused|unhealthy)/)
        .and.include(`./morgan up --stack ${stack.name} --refresh`);
    } finally {
      docker("unpause", llm);
    }
    while (healthOf(stack.name, "llm") !== "healthy") await sleep(200);
  });

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    it(`hands ${signal} to Pulumi once and waits: no lock, no process, no salt, and the next up is fine`, async () => {
      changeLine();
      const child = start("up");
      const output = collect(child.stdout, child.stderr);
      await until(child, output, () => locks().length > 0 && output().includes("Updating"));
      // As a terminal does: every process of the group gets it. The launcher sends it on as well.
      const closed = once(child, "close");
      process.kill(-Number(child.pid), signal);
      expect((await closed)[0], output()).to.equal(code);
      expect(output()).to.include(`was ended by ${signal}`).and.not.include("second");
      expect(locks()).to.deep.equal([]);
      await noProcesses();
      expect(readFileSync(configFile(), "utf8")).not.to.include("encryptionsalt");
      const next = await stack.commandLine("up");
      expect(next.code, next.output).to.equal(0);
    }).timeout(300_000);
  }

  it("ends at once by a second signal, and the next up puts right what is left", async () => {
    changeLine();
    await stack.configure({ minReady: "60 s" });
    const child = start("up");
    const output = collect(child.stdout, child.stderr);
    await until(child, output, () => processesOf(stack).some((line) => line.includes("readiness/main.ts")));
    const closed = once(child, "close");
    child.kill("SIGINT");
    await sleep(700);
    expect(child.exitCode, "Pulumi waits for the readiness gate").to.equal(null);
    child.kill("SIGINT");
    expect((await closed)[0], output()).to.equal(130);
    await noProcesses();
    await stack.configure({ minReady: "0 s" });
    const next = await stack.commandLine("up");
    expect(next.code, next.output).to.equal(0);
    expect(locks()).to.deep.equal([]);
  }).timeout(300_000);

  /** Waits for the end of Pulumi's plugins, which have process groups of their own. They end when they miss Pulumi. */
  async function noProcesses(): Promise<void> {
    while (processesOf(stack).length > 0) await sleep(100);
  }

  function start(command: string): ChildProcess {
    return spawn("./morgan", [command, "--stack", stack.name], {
      cwd: stack.folder,
      env: stack.environment(),
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** Changes a line of the service, so that an `up` has something to build. */
  function changeLine(): void {
    const file = join(stack.folder, "services/llm/morgan_llm/__main__.py");
    writeFileSync(file, `${readFileSync(file, "utf8")}# another line\n`);
  }
});

type Readable = ChildProcess["stdout"];

function collect(...streams: readonly Readable[]): () => string {
  let text = "";
  for (const stream of streams) stream?.setEncoding("utf8").on("data", (part: string) => (text += part));
  return () => text;
}

/** Waits for a moment of a run. @throws Error with the output if the run ends before. */
async function until(child: ChildProcess, output: () => string, condition: () => boolean): Promise<void> {
  while (!condition()) {
    if (child.exitCode !== null) throw new Error(`the run ended before:\n${output()}`);
    await sleep(20);
  }
}
