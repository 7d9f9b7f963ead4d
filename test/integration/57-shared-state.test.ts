import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { execFile } from "node:child_process";
import { expect } from "chai";
import { idsOf } from "./support/engine.ts";
import { startObjectStore, type ObjectStore } from "./support/object-store.ts";
import { copyProject, projectEnvironment, removeProject } from "./support/project.ts";
import { TestStack } from "./support/test-stack.ts";

describe("a state that a team shares over an S3 API", () => {
  let store: ObjectStore | undefined;
  let first: TestStack;
  let second: string;

  before("one has deployed, and another has a checkout and the passphrase", async () => {
    store = await startObjectStore();
    first = await TestStack.create({ services: ["llm"] }, { variables: store.variables });
    await first.up();
    second = copyProject();
    mkdirSync(join(second, ".morgan"), { recursive: true });
    copyFileSync(join(first.folder, `Pulumi.${first.name}.yaml`), join(second, `Pulumi.${first.name}.yaml`));
  });

  after(async () => {
    try {
      await first.dispose();
    } finally {
      store?.close();
      removeProject(second);
    }
  });

  /** Runs a command in the second checkout, as its user. */
  const beside = (
    args: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly code: number; readonly stdout: string; readonly output: string }> => {
    const { promise, resolve } = Promise.withResolvers<{ code: number; stdout: string; output: string }>();
    const env = { ...process.env, ...projectEnvironment(second), ...store?.variables, ...variables };
    const options = { cwd: second, env, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, ["cli/morgan.ts", ...args, "--stack", first.name], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, output: stdout + stderr });
    });
    return promise;
  };

  it("shows the second checkout that nothing changes, and an up there changes nothing", async () => {
    const ids = idsOf(first.name);
    const preview = await beside(["preview"]);
    expect(preview.code, preview.output).to.equal(0);
    expect(preview.output).to.include("nothing changes");
    const up = await beside(["up"]);
    expect(up.code, up.output).to.equal(0);
    expect(idsOf(first.name)).to.deep.equal(ids);
  });

  it("is refused to a user with another passphrase", async () => {
    const { code, output } = await beside(["preview"], { PULUMI_CONFIG_PASSPHRASE: "another" });
    expect(code, output).to.not.equal(0);
    expect(output).to.include("passphrase");
  });

  it("names who holds the lock, and is free again when the lock is gone", async () => {
    const lock = await store?.put(`.pulumi/locks/organization/morgan/${first.name}/1.json`, {
      pid: 4242,
      username: "ada",
      hostname: "laptop",
      timestamp: new Date().toISOString(),
    });
    const refused = await beside(["up"]);
    expect(refused.code, refused.output).to.not.equal(0);
    expect(refused.output).to.include(`ada@laptop is changing the stack "${first.name}" (process 4242)`);
    expect(refused.output).to.include(`pulumi cancel --stack ${first.name}`);
    const preview = await beside(["preview"]);
    expect(preview.code, "a preview takes no lock").to.equal(0);
    await lock?.remove();
    const up = await beside(["up"]);
    expect(up.code, up.output).to.equal(0);
  });

  it("is compared without the machine, on a client that reaches no engine", async () => {
    const nowhere = { DOCKER_HOST: "tcp://127.0.0.1:1" };
    const file = join(second, ".morgan/previews/one.md");
    const { code, output } = await beside(["preview", "--without-machine", "--markdown", file], nowhere);
    expect(code, output).to.equal(0);
    const json = await beside(["preview", "--without-machine", "--json"], nowhere);
    expect(json.code, json.output).to.equal(0);
    const { containers, leftOut } = JSON.parse(json.stdout) as {
      readonly containers: readonly { readonly action: string }[];
      readonly leftOut: readonly string[];
    };
    expect(containers.every(({ action }) => action === "untouched")).to.equal(true);
    expect(leftOut.join()).to.include("the engine was not asked").and.include("listened at");
    const refused = await beside(["up"], { ...nowhere, MORGAN_WITHOUT_MACHINE: "true" });
    expect(refused.code, refused.output).to.not.equal(0);
  });
});
