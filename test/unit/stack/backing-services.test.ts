import { expect } from "chai";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { MorganStack } from "../../../components/stack.ts";
import { FACTS, fakeEngine, stackConfig, type ConfigChanges, IDENTITY } from "../support/config.ts";
import { expectGolden } from "../support/golden.ts";
import { useProject } from "../support/project.ts";
import { record, type Registrations } from "../support/registrations.ts";
import { at, secretPaths } from "../support/wire.ts";

const up = (changes: ConfigChanges = {}): Promise<Registrations> =>
  record(
    () =>
      new MorganStack("morgan", {
        config: stackConfig(changes),
        identity: IDENTITY,
        engine: fakeEngine(),
        facts: FACTS,
        gpuPlan: NO_GPU,
      }),
  );

describe("backing services", () => {
  useProject();
  let registrations: Registrations;
  before(async () => {
    registrations = await up();
  });

  it("keep their data on volumes that outlive their containers", () => {
    const mounted = (name: string): unknown[] => registrations.get("container", name).inputs["volumes"] as unknown[];
    expect(mounted("redis")).to.deep.include({ containerPath: "/data", volumeName: "morgan-dev-redis-data-0123456" });
    expect(mounted("postgres")).to.deep.include({
      containerPath: "/var/lib/postgresql/data",
      volumeName: "morgan-dev-postgres-data-0123456",
    });
    expect(mounted("registry")).to.deep.include({
      containerPath: "/var/lib/registry",
      volumeName: "morgan-dev-registry-data-0123456",
    });
  });

  it("have protected volumes and passwords only if the configuration protects the data", async () => {
    const names = ["redis-data", "postgres-data", "registry-data"];
    const safe = await up({ data: { protect: true } });
    // The gateway's holds what the program writes.
    expect(safe.names("volume")).to.have.members([...names, "gateway-config"]);
    const passwords = ["redis-password", "postgres-password"];
    expect(safe.all.filter(({ protect }) => protect).map(({ name }) => name)).to.have.members([...names, ...passwords]);
    expect(registrations.all.filter(({ protect }) => protect)).to.deep.equal([]);
  });

  it("start before the services that use them", () => {
    expect(registrations.get("container", "core").dependsOn).to.include.members(["redis", "postgres"]);
    expect(registrations.get("container", "vad").dependsOn).not.to.include("redis");
  });

  it("can be replaced without core, since no output of theirs is an input of core's container", () => {
    const core = registrations.get("container", "core");
    expect(core.usesOutputsOf).to.include("core-files").and.not.include("redis").and.not.include("postgres");
    expect(registrations.get("command", "postgres-role").inputs).not.to.have.property("triggers");
  });

  it("require their password: Redis by its digest, PostgreSQL by a file", () => {
    const [redis] = registrations.get("container", "redis-files").inputs["uploads"] as readonly { content: string }[];
    expect(redis?.content)
      .to.match(/^user default on #[0-9a-f]{64} ~morgan:\* -@all \+ping /m)
      .and.match(/^appendonly yes$/m)
      .and.not.include("secret-of-redis-password");
    expect(registrations.get("container", "postgres").inputs["envs"]).to.include(
      "POSTGRES_PASSWORD_FILE=/run/secrets/password",
    );
  });
});

describe("the passwords of backing services", () => {
  useProject();
  const names = ["redis-password", "postgres-password"];

  it("are generated again for another revision by an update, also if they are protected", async () => {
    const rotated = await up({ data: { passwordRevision: "2026-12", protect: true } });
    for (const name of names) {
      const { inputs } = rotated.get("command", name);
      expect(inputs["environment"], name).to.deep.equal({ MORGAN_PASSWORD_REVISION: "2026-12" });
      expect(inputs, name).not.to.have.property("triggers");
      expect(inputs, name).not.to.have.property("update");
    }
  });

  it("stay as they are if no revision is set", async () => {
    for (const name of names) expect((await up()).get("command", name).inputs).not.to.have.property("environment");
  });

  it("are set in the running database, through its own container, before core gets them", async () => {
    const registrations = await up();
    const { inputs, wire } = registrations.get("command", "postgres-role");
    expect(inputs["environment"]).to.deep.equal({ MORGAN_CONTAINER: "postgres-id" });
    expect(inputs["stdin"]).to.equal("secret-of-postgres-password\nsecret-of-postgres-password\n");
    expect(secretPaths(wire)).to.deep.equal(["stdin"]);
    expect(inputs["logging"]).to.equal("none");
    expect(registrations.get("container", "core-files").dependsOn).to.include("postgres-role");
  });

  it("are set without a password, because the container's own user can always connect", async () => {
    const registrations = await up();
    expect(registrations.get("container", "postgres").inputs["command"]).to.include.members([
      "hba_file=/run/secrets/pg_hba.conf",
      "ident_file=/run/secrets/pg_ident.conf",
    ]);
    const uploads = registrations.get("container", "postgres-files").inputs["uploads"] as readonly object[];
    expect(uploads).to.deep.include({
      file: "/run/secrets/pg_hba.conf",
      content: "local all all peer map=container\nhost morgan morgan all scram-sha-256\n",
      permissions: "0444",
    });
  });
});

describe("the gateway", () => {
  useProject();
  let registrations: Registrations;
  before(async () => {
    registrations = await up();
  });

  it("runs the expected configuration", () => {
    const uploads = registrations.get("container", "gateway-files").inputs["uploads"];
    expect(at(uploads, "0.file")).to.equal("/usr/local/etc/haproxy/haproxy.cfg");
    expectGolden("haproxy.cfg", String(at(uploads, "0.content")));
  });

  it("is the host name by which services call each other", () => {
    const envs = registrations.get("container", "core").inputs["envs"];
    expect(envs).to.include("MORGAN_LLM_URL=http://gateway:8001");
    expect(at(registrations.get("container", "gateway").inputs, "networksAdvanced.0.aliases")).to.deep.equal([
      "gateway",
    ]);
  });

  it("publishes the first chosen service if the published service is not chosen", async () => {
    const chosen = await up({ services: ["tts", "vad"] });
    const config = String(at(chosen.get("container", "gateway-files").inputs, "uploads.0.content"));
    expect(config).to.match(/^frontend published\n(?: {2}.*\n)* {2}default_backend tts$/m);
  });
});

describe("a service's container", () => {
  useProject();

  it("gets its port in its environment, and is probed for readiness there", async () => {
    const { inputs } = (await up()).get("container", "vad");
    expect(inputs["envs"]).to.include("MORGAN_PORT=8004");
    expect(at(inputs, "healthcheck.tests")).to.include.members(["8004", "/ready"]);
  });

  it("gets the name of its speech engine in its environment", async () => {
    expect((await up()).get("container", "stt").inputs["envs"]).to.include("MORGAN_ENGINE=pocketsphinx");
    expect((await up({ accelerator: "cuda" })).get("container", "stt").inputs["envs"]).to.include(
      "MORGAN_ENGINE=faster-whisper",
    );
  });
});
