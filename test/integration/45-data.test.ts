import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { HBA, IDENT } from "../../components/deploy/backing/postgres-roles.ts";
import { containersOf, docker, idsOf } from "./support/engine.ts";
import { killUpAt } from "./support/kill-up.ts";
import { startPostgres, type TestPostgres } from "./support/postgres.ts";
import { chat, historyOf } from "./support/requests.ts";
import { sharedStack } from "./support/shared-stack.ts";
import type { TestStack } from "./support/test-stack.ts";

describe("the data of a stack", () => {
  let stack: TestStack;
  let endpoint: string;
  let session: string;

  before("a conversation", async () => {
    stack = await sharedStack();
    ({ endpoint } = await stack.outputs());
    const answer = await chat(endpoint, "remember me");
    expect(answer.status).to.equal(200);
    session = (answer.body as { session_id: string }).session_id;
  });

  const exec = (role: string, ...command: readonly string[]): string =>
    docker("exec", idsOf(stack.name)[role] ?? "", ...command).trim();
  const redisPassword = (): string => exec("core", "cat", "/run/secrets/redis-password");
  /** Runs a Redis command as core may. */
  const redisCli = (...command: readonly string[]): string =>
    docker(
      ...["exec", "-e", `REDISCLI_AUTH=${redisPassword()}`, idsOf(stack.name)["redis"] ?? "", "redis-cli"],
      ...command,
    ).trim();
  const expectData = async (): Promise<void> => {
    expect(await historyOf(endpoint, session)).to.include("remember me");
    expect(redisCli("lrange", `morgan:session:${session}`, "0", "0")).to.include('"text"');
  };

  it("data survives new images of PostgreSQL and Redis, which replace only their own containers", async () => {
    for (const name of ["postgres", "redis"]) {
      const recipe = join(stack.folder, `components/dockerfile/recipes/${name}.ts`);
      const user = '{ kind: "user", user: DATA_USER },';
      expect(readFileSync(recipe, "utf8")).to.include(user);
      const patch = `{ kind: "env", values: { MORGAN_PATCH: "${name}" } }, ${user}`;
      writeFileSync(recipe, readFileSync(recipe, "utf8").replace(user, patch));
    }
    expect(await stack.up()).to.have.deep.members([
      { operation: "replace", type: "docker:Container", name: "postgres" },
      { operation: "replace", type: "docker:Container", name: "redis" },
      { operation: "update", type: "command:local:Command", name: "postgres-role" },
      { operation: "update", type: "command:local:Command", name: "settled" },
      { operation: "update", type: "docker-build:Image", name: "postgres" },
      { operation: "update", type: "docker-build:Image", name: "redis" },
    ]);
    expect(containersOf(stack.name)["postgres"]?.Config.Env).to.include("MORGAN_PATCH=postgres");
    await expectData();
    expect((await chat(endpoint, "still there")).status).to.equal(200);
  });

  it("the services' user of Redis has the commands of core and its keys, and no other", () => {
    const key = `morgan:session:${session}`;
    const commands = [
      ...["flushall", "config get dir", "keys *", "info", "shutdown", "acl list", "save", "monitor", "scan 0"],
      ...["eval return(1) 0", `del ${key}`, `get ${key}`, "replicaof no one", "client list", "module list"],
      ...["publish a b", "function list", "lrange other:key 0 0"],
    ];
    const options = [
      "exec",
      "--interactive",
      "-e",
      `REDISCLI_AUTH=${redisPassword()}`,
      idsOf(stack.name)["redis"] ?? "",
    ];
    const { stdout } = spawnSync("docker", [...options, "redis-cli"], { input: commands.join("\n"), encoding: "utf8" });
    const answers = stdout.split("\n").filter((line) => line !== "");
    expect(answers, stdout).to.have.length(commands.length);
    for (const answer of answers) expect(answer).to.include("NOPERM");
    expect(exec("redis", "redis-cli", "ping")).to.include("NOAUTH");
  });

  it("the services' role of PostgreSQL owns its tables and has no other privilege", () => {
    const database = idsOf(stack.name)["postgres"] ?? "";
    const password = exec("core", "cat", "/run/secrets/database-password");
    const psql = (role: string, ...commands: readonly string[]): SpawnSyncReturns<string> => {
      const login = ["exec", "-e", `PGPASSWORD=${password}`, database, "psql", "-h", "127.0.0.1", "-U", role];
      const sql = commands.flatMap((command) => ["-c", command]);
      return spawnSync("docker", [...login, "-d", "morgan", "-At", ...sql], { encoding: "utf8" });
    };
    const attributes = "rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls";
    const { stdout } = psql(
      "morgan",
      `select ${attributes} from pg_roles where rolname = 'morgan'`,
      "select tableowner from pg_tables where tablename = 'turns'",
    );
    expect(stdout).to.equal("f|f|f|f|f\nmorgan\n");
    const refused = [
      "copy (select 1) to program 'true'",
      "select pg_read_file('/etc/passwd')",
      "create role other",
      "create database other",
      "create schema other",
      "create temporary table other ()",
      "alter system set log_connections = on",
      "alter role morgan superuser",
      "select * from pg_authid",
      "set role admin",
    ];
    const errors = psql("morgan", ...refused).stderr.match(/^ERROR: .*(?:permission denied|must be superuser)/gm);
    expect(errors).to.have.length(refused.length);
    for (const role of ["admin", "postgres"]) expect(psql(role, "select 1").stderr).to.include("no pg_hba.conf entry");
  });

  describe("when the passwords are rotated", () => {
    let before: { readonly postgres: string; readonly redis: string };
    const passwords = (): typeof before => ({
      postgres: exec("postgres", "cat", "/run/secrets/password"),
      redis: redisPassword(),
    });
    const login = (password: string): string =>
      docker(
        ...["exec", "-e", `PGPASSWORD=${password}`, idsOf(stack.name)["postgres"] ?? ""],
        ...["psql", "-h", "127.0.0.1", "-U", "morgan", "-Atc", "select 'let in'"],
      ).trim();

    it("data is read with the new passwords after one up, and not with the old passwords", async () => {
      before = passwords();
      expect(login(before.postgres)).to.equal("let in");
      await stack.configure({ passwordRevision: "two" });
      await stack.up();
      const after = passwords();
      expect(after.postgres)
        .to.match(/^\w{32}$/)
        .and.not.equal(before.postgres);
      expect(after.redis)
        .to.match(/^\w{32}$/)
        .and.not.equal(before.redis);
      expect(login(after.postgres)).to.equal("let in");
      expect(() => login(before.postgres)).to.throw("password authentication failed");
      expect(exec("redis", "redis-cli", "-a", before.redis, "ping")).to.include("NOAUTH");
      await expectData();
      expect((await chat(endpoint, "a new key")).status).to.equal(200);
      expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
    });

    it("passwords, new or old, are neither in the state nor in what the engine reports", () => {
      const state = stack.state();
      const shown = JSON.stringify(containersOf(stack.name)) + docker("logs", idsOf(stack.name)["postgres"] ?? "");
      for (const password of Object.values({ ...before, ...passwords() })) {
        expect(state).to.not.include(password);
        expect(shown).to.not.include(password);
      }
    });

    for (const moment of ["postgres-password updated", "postgres-role updating", "core-files created"]) {
      it(`data survives a rotation that was killed at "${moment}"`, async () => {
        await stack.configure({ passwordRevision: randomBytes(4).toString("hex") });
        await killUpAt(stack, moment);
        const { code, output } = await stack.commandLine("up");
        expect(code, output).to.equal(0);
        expect(login(passwords().postgres)).to.equal("let in");
        await expectData();
        expect((await chat(endpoint, "and again")).status).to.equal(200);
        expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
      });
    }
  });

  it("a backup restores the data after the volume is lost", async () => {
    const file = join(stack.folder, ".morgan/test.dump");
    const made = await stack.commandLine("backup", file);
    expect(made.code, made.output).to.equal(0);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    const later = await chat(endpoint, "after the backup");
    const { Id = "", Mounts = [] } = containersOf(stack.name)["postgres"] ?? {};
    docker("rm", "--force", Id);
    docker("volume", "rm", Mounts.find(({ Destination }) => Destination === "/var/lib/postgresql/data")?.Name ?? "");
    await stack.up({ refresh: true });
    expect(await historyOf(endpoint, session)).to.not.include("remember me");

    const restored = await stack.commandLine("restore", file, "--yes");
    expect(restored.code, restored.output).to.equal(0);
    expect(restored.output).to.include("turns");
    await expectData();
    expect(await historyOf(endpoint, (later.body as { session_id: string }).session_id)).to.not.include(
      "after the backup",
    );
    expect((await chat(endpoint, "back again")).status).to.equal(200);
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });

  it("an incomplete or invalid backup changes no data", async () => {
    const whole = readFileSync(join(stack.folder, ".morgan/test.dump"));
    // Longer than the table of contents: only reading the rows shows that the backup is incomplete.
    const cut = join(stack.folder, ".morgan/cut.dump");
    for (const bytes of [whole.subarray(0, whole.length - 200), Buffer.from("no dump at all")]) {
      writeFileSync(cut, bytes);
      const { code, output } = await stack.commandLine("restore", cut, "--yes");
      expect(code, output).to.equal(1);
      expect(output).to.match(/nothing was restored|is no backup/);
      await expectData();
    }
  });
});

describe("the limits of the history", () => {
  it("pages, sessions and the whole history have a largest size, and turns an age", async () => {
    const { name } = await sharedStack();
    const images = containersOf(name);
    const database = await startPostgres(images["postgres"]?.Config.Image ?? "");
    try {
      const settings = {
        PASSWORD: database.password,
        ...Object.fromEntries(["VAD", "STT", "LLM", "TTS"].map((service) => [`MORGAN_${service}_URL`, "http://none"])),
        MORGAN_DATABASE_URL: "postgresql://pulumi@127.0.0.1/pulumi",
        MORGAN_DATABASE_PASSWORD_FILE: "/tmp/password",
        MORGAN_HISTORY_DAYS: "30",
        MORGAN_HISTORY_SIZE: "2097152",
        MORGAN_HISTORY_SESSION_TURNS: "5",
        MORGAN_HISTORY_SESSION_SIZE: "1000",
      };
      const options = Object.entries(settings).flatMap(([variable, value]) => ["--env", `${variable}=${value}`]);
      const { stdout, stderr } = spawnSync(
        "docker",
        [
          ...["run", "--rm", "--interactive", "--network", `container:${database.id}`, ...options],
          ...[images["core"]?.Config.Image ?? "", "sh", "-c", 'echo "$PASSWORD" >/tmp/password; exec python3 -'],
        ],
        { input: readFileSync("test/integration/support/history_limits.py"), encoding: "utf8" },
      );
      expect(stdout + stderr).to.include("the history keeps its limits");
    } finally {
      database.close();
    }
  });
});

describe("the superuser of an older stack", () => {
  let database: TestPostgres;
  before(async () => {
    const { name } = await sharedStack();
    const access = { hba: HBA, ident: IDENT };
    database = await startPostgres(containersOf(name)["postgres"]?.Config.Image ?? "", { name: "morgan", access });
  });
  after(() => {
    database.close();
  });

  const psql = (role: string, sql: string): string =>
    docker("exec", database.id, "psql", "-U", role, "-d", "morgan", "-Atc", sql).trim();
  const login = (password: string, sql = "select 1"): string => {
    const options = ["exec", "-e", `PGPASSWORD=${password}`, database.id, "psql", "-h", "127.0.0.1", "-U", "morgan"];
    return docker(...options, "-d", "morgan", "-qAtc", sql).trim();
  };
  const limit = (password: string): void => {
    const { status, stderr } = spawnSync("node", ["components/deploy/backing/set-role-password.ts"], {
      env: { ...process.env, MORGAN_CONTAINER: database.id },
      input: `${password}\n${password}\n`,
      encoding: "utf8",
    });
    expect(status, stderr).to.equal(0);
  };
  const isSuper = "select rolsuper from pg_roles where rolname = current_user";

  it("loses its privileges, and keeps its tables and its password", () => {
    expect(login(database.password, isSuper)).to.equal("t");
    psql("morgan", "create table turns (id uuid, text text); insert into turns values (gen_random_uuid(), 'old')");
    // An update that was killed in the middle of the first step leaves the role of that step.
    psql("morgan", "create role morgan_mover superuser login");
    limit(database.password);
    expect(login(database.password, isSuper)).to.equal("f");
    expect(login(database.password, "select text from turns")).to.equal("old");
    expect(login(database.password, "drop table turns; create table turns (id int); select 'new'")).to.equal("new");
    expect(psql("admin", "select string_agg(rolname, ' ') from pg_roles where rolsuper")).to.equal("admin");
  });

  it("keeps them lost, and gets another password, in the next update", () => {
    limit("another");
    expect(login("another", isSuper)).to.equal("f");
    expect(() => login(database.password)).to.throw("password authentication failed");
  });
});
