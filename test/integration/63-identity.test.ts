import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { common } from "./support/common.ts";
import { containerIds, containersOf, docker, healthOf, idsOf, leftovers, lines } from "./support/engine.ts";
import { TestStack } from "./support/test-stack.ts";

const SERVICES = { services: ["llm"] };
const STATE = "morgan.state";
/** A process that has certainly ended: Linux gives no number above its limit. */
const ENDED = 2 ** 22 + 1;

describe("the identity of a stack", () => {
  let stack: TestStack;
  const copies: TestStack[] = [];
  const sources = new Map<string, string>();

  /** Replaces a file of the stack's copy by the text that it had before states had ids. */
  const patch = (file: string, text: string): void => {
    const path = join(stack.folder, file);
    sources.set(path, readFileSync(path, "utf8"));
    writeFileSync(path, text);
  };
  const labelsOf = (role: string): Record<string, string> => containersOf(stack.name)[role]?.Config.Labels ?? {};
  /** A checkout with few images, whose only service keeps data. */
  const checkout = async (ports: Record<string, string> = {}, name?: string): Promise<TestStack> => {
    const made = await TestStack.create({ ...SERVICES, ...ports }, name === undefined ? {} : { name });
    copies.push(made);
    const file = join(made.folder, "services/catalog.ts");
    const catalog = readFileSync(file, "utf8").replace(/(?<=llm: \{[^}]*?backing: )\[\]/, '["postgres"]');
    expect(catalog).to.include('backing: ["postgres"]');
    writeFileSync(file, catalog);
    return made;
  };
  const sql = (of: TestStack, query: string): string =>
    docker("exec", idsOf(of.name)["postgres"] ?? "", "psql", "-U", "morgan", "-d", "morgan", "-Atc", query).trim();
  const pulumi = (of: TestStack, ...args: readonly string[]): string =>
    execFileSync("pulumi", args, { cwd: of.folder, env: of.environment(), encoding: "utf8" });

  before("a stack from before states had ids, with data", async () => {
    stack = await checkout();
    patch(
      "components/identity/state-identity.ts",
      `export const createIdentity = (stack: string) =>
        ({ known: Promise.resolve({ stack, id: "none", legacy: true }), label: undefined as unknown as string });\n`,
    );
    const volume = readFileSync(join(stack.folder, "components/deploy/container/volume.ts"), "utf8");
    patch("components/deploy/container/volume.ts", volume.replace(/\{ labels: stackLabels\([^)]*\) \}/, "{}"));
    await stack.up();
    for (const [path, text] of sources) writeFileSync(path, text);
    expect(labelsOf("llm")).to.not.have.property(STATE);
    sql(stack, "create table notes as select 'remember me' as note");
  });

  after("everything is removed, also after a failed test", async () => {
    for (const made of copies) await made.dispose().catch(() => undefined);
    const left = containerIds(stack.name);
    if (left.length > 0) docker("rm", "--force", "--volumes", ...left);
    for (const kind of ["network", "volume"]) {
      const names = lines(docker(kind, "ls", "--quiet", "--filter", `name=morgan-${stack.name}-`));
      if (names.length > 0) docker(kind, "rm", ...names);
    }
    expect(leftovers(stack.name)).to.deep.equal([]);
  });

  it("is made by the next up, with the same containers, networks and volumes", async () => {
    const before = leftovers(stack.name);
    const identity = { type: "command:local:Command", name: "identity" };
    expect((await stack.preview()).filter(({ operation }) => operation === "replace")).to.deep.equal([]);
    expect(await stack.up()).to.have.deep.members([
      { operation: "create", ...identity },
      { operation: "update", type: "command:local:Command", name: "settled" },
    ]);
    expect(leftovers(stack.name)).to.have.members(before);
    expect((await stack.identity()).id).to.match(/^[0-9a-f-]{36}$/);
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });

  it("becomes a label of what is replaced anyway", async () => {
    appendFileSync(join(stack.folder, "services/llm/morgan_llm/__main__.py"), "# another llm\n");
    const { code, output } = await stack.commandLine("up");
    expect(code, output).to.equal(0);
    expect(labelsOf("llm")[STATE]).to.equal((await stack.identity()).id);
    expect(labelsOf("postgres")).to.not.have.property(STATE);
    expect(healthOf(stack.name, "llm")).to.equal("healthy");
  });

  describe("in a second checkout", () => {
    let second: TestStack;
    let things: string[];

    before("another state, with other ports", async () => {
      second = await checkout({}, stack.name);
      things = leftovers(stack.name);
    });

    afterEach("the first stack is untouched", () => {
      expect(leftovers(stack.name)).to.have.members(things);
      expect(healthOf(stack.name, "llm")).to.equal("healthy");
    });

    it("is another one: preview and up are refused, and name what to do", async () => {
      for (const operation of ["preview", "up"] as const) {
        expect(await second.failure(operation))
          .to.include(`a stack "${stack.name}" with another state`)
          .and.include(`./morgan adopt --stack ${stack.name}`);
      }
    });

    it("lets the repair of a killed up remove nothing of the first", async () => {
      const file = second.backendPath(`stacks/morgan/${second.name}.json`);
      const state = JSON.parse(readFileSync(file, "utf8")) as { checkpoint: { latest: Record<string, unknown> } };
      state.checkpoint.latest["pending_operations"] = ["llm", "gateway", "postgres"].map((name) => ({
        type: "creating",
        resource: {
          type: "docker:index/container:Container",
          urn: `urn:pulumi:${second.name}::morgan::docker:index/container:Container::${name}`,
          custom: true,
        },
      }));
      writeFileSync(file, JSON.stringify(state));
      const locks = second.backendPath(`locks/organization/morgan/${second.name}`);
      mkdirSync(locks, { recursive: true });
      writeFileSync(join(locks, "0123.json"), JSON.stringify({ pid: ENDED, hostname: hostname() }));
      const { code, output } = await second.commandLine("up");
      expect(code, output).to.not.equal(0);
      expect(output).to.include("putting right what it left").and.include("with another state");
    });

    it("runs no backup of the first", async () => {
      const { code, output } = await second.commandLine("backup");
      expect(code).to.equal(1);
      expect(output).to.include("runs no PostgreSQL");
    });
  });

  describe("of which the state is lost", () => {
    let found: TestStack;

    before("a checkout without the state", async () => {
      const { gatewayPort, registryPort } = stack;
      rmSync(stack.backendPath("stacks"), { recursive: true });
      found = await checkout({ gatewayPort: String(gatewayPort), registryPort: String(registryPort) }, stack.name);
    });

    it("is refused, and the printed command takes the data over", async () => {
      const remedy = /\.\/morgan (adopt) --stack \S+$/m.exec(await found.failure())?.[1] ?? "";
      const old = idsOf(found.name);
      const unasked = await found.commandLine(remedy);
      expect(unasked.code, unasked.output).to.equal(1);
      expect(unasked.output).to.include("--yes").and.include("postgres-data: morgan-");
      expect(idsOf(found.name)).to.deep.equal(old);

      const { code, output } = await found.commandLine(remedy, "--yes");
      expect(code, output).to.equal(0);
      expect(sql(found, "select note from notes")).to.equal("remember me");
      expect(common(Object.values(idsOf(found.name)), Object.values(old))).to.deep.equal([]);
      expect(readFileSync(join(found.folder, `Pulumi.${found.name}.yaml`), "utf8")).to.not.include("adoptVolumes");
      expect(await found.up({ expectNoChanges: true })).to.deep.equal([]);
      const volumes = lines(docker("volume", "ls", "--quiet", "--filter", `name=morgan-${found.name}-postgres-data`));
      expect(volumes).to.have.length(1);
    });

    it("is refused after a renaming, and the printed command renames the stack back", async () => {
      const before = leftovers(found.name);
      pulumi(found, "stack", "rename", `${found.name}-x`, "--stack", found.name);
      try {
        const failed = execFileSync("sh", ["-c", "pulumi up --yes --skip-preview --non-interactive 2>&1 || true"], {
          cwd: found.folder,
          env: { ...found.environment(), PULUMI_STACK: `${found.name}-x` },
          encoding: "utf8",
        });
        expect(failed).to.include("the stack was renamed").and.include(`pulumi stack rename ${found.name} --stack`);
      } finally {
        pulumi(found, "stack", "rename", found.name, "--stack", `${found.name}-x`);
      }
      expect(leftovers(found.name)).to.have.members(before);
      expect(await found.up({ expectNoChanges: true })).to.deep.equal([]);
    });
  });
});
