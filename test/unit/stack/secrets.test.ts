import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { MorganStack } from "../../../components/stack.ts";
import { FACTS, fakeEngine, stackConfig, IDENTITY } from "../support/config.ts";
import { useProject } from "../support/project.ts";
import { madeDigest, record, type Registrations } from "../support/registrations.ts";
import { at, secretPaths, texts, withoutSecrets } from "../support/wire.ts";

const KEY = "key of the language model";
const TOKEN = "token of the gateway 0123456789";
const TLS_KEY = "PRIVATE KEY of the gateway";
const HUB_TOKEN = "token of the model hub";
const PASSWORDS = ["secret-of-redis-password", "secret-of-postgres-password"];

describe("a secret of a stack", () => {
  useProject();
  let registrations: Registrations;
  before(async () => {
    registrations = await record(() => {
      const llm = { endpoint: "https://llm.example.com/v1", model: "small", apiKey: pulumi.secret(KEY) };
      const tls = { certificate: "CERTIFICATE", key: TLS_KEY };
      const models = {
        services: { stt: { kind: "hub", id: "org/whisper" } },
        offline: false,
        token: pulumi.secret(HUB_TOKEN),
      } as const;
      const config = stackConfig({
        llm,
        models,
        accelerator: "cuda",
        gateway: { token: pulumi.secret(TOKEN), tls },
      });
      new MorganStack("morgan", { config, identity: IDENTITY, engine: fakeEngine(), facts: FACTS, gpuPlan: NO_GPU });
    });
  });
  const holding = (secret: string): string[] =>
    registrations.all
      .filter(({ inputs }) => texts(inputs).some((text) => text.includes(secret)))
      .map(({ name }) => name);

  it("is only in the files containers of its readers, and in the command for the database", () => {
    expect(holding("secret-of-redis-password")).to.have.members(["core-files"]);
    expect(holding("secret-of-postgres-password")).to.have.members(["postgres-files", "postgres-role", "core-files"]);
    expect(holding(KEY)).to.deep.equal(["llm-files"]);
    expect(holding(HUB_TOKEN)).to.deep.equal(["stt-files"]);
    expect(holding(TLS_KEY)).to.deep.equal(["gateway-files"]);
  });

  it("is replaced by its digest for the gateway's token", () => {
    const digest = createHash("sha256").update(TOKEN).digest("hex").toUpperCase();
    expect(holding(TOKEN)).to.deep.equal([]);
    expect(holding(digest)).to.deep.equal(["gateway-files"]);
    const { wire } = registrations.get("container", "gateway-files");
    expect(secretPaths(wire)).to.deep.equal(["uploads.0.content", "uploads.1.content"]);
  });

  it("is a secret input of every resource, so that the state is encrypted", () => {
    for (const { name, wire } of registrations.of("container")) {
      const uploads = at(wire, "uploads");
      const open = texts(withoutSecrets(uploads)).join();
      for (const secret of [KEY, TOKEN, TLS_KEY, HUB_TOKEN, ...PASSWORDS]) expect(open, name).not.to.contain(secret);
    }
    expect(secretPaths(registrations.get("container", "llm-files").wire)).to.deep.equal(["uploads.0.content"]);
  });

  it("is no part of an environment, a command, a label or an output", () => {
    const shown = registrations.of("container").flatMap(({ inputs }) => {
      const { envs, command, labels, healthcheck } = inputs;
      return texts([envs, command, labels, healthcheck]);
    });
    const outputs = texts(registrations.component("MorganStack").outputs);
    for (const secret of [KEY, TOKEN, TLS_KEY, HUB_TOKEN, ...PASSWORDS])
      expect([...shown, ...outputs].join("\n")).not.to.contain(secret);
  });

  it("is a file whose path is in the environment of the service", () => {
    const envs = registrations.get("container", "core").inputs["envs"];
    expect(envs).to.include("MORGAN_REDIS_PASSWORD_FILE=/run/secrets/redis-password");
    expect(envs).to.include("MORGAN_DATABASE_PASSWORD_FILE=/run/secrets/database-password");
    const uploads = registrations.get("container", "core-files").inputs["uploads"] as readonly { file: string }[];
    expect(uploads.map(({ file }) => file)).to.have.members([
      "/run/secrets/redis-password",
      "/run/secrets/database-password",
    ]);
  });

  it("is generated once by the system's random source, without a log", () => {
    for (const name of ["redis-password", "postgres-password"]) {
      const { inputs, additionalSecretOutputs } = registrations.get("command", name);
      expect(inputs["create"], name).to.contain("randomBytes(16)");
      expect(inputs["logging"], name).to.equal("none");
      expect(inputs["addPreviousOutputInEnv"], name).to.equal(false);
      expect(inputs, "a trigger would make another one").not.to.have.property("triggers");
      expect(additionalSecretOutputs, name).to.include("stdout");
    }
  });
});

describe("a files container", () => {
  useProject();
  let registrations: Registrations;
  before(async () => {
    registrations = await record(
      () =>
        new MorganStack("morgan", {
          config: stackConfig(),
          identity: IDENTITY,
          engine: fakeEngine(),
          facts: FACTS,
          gpuPlan: NO_GPU,
        }),
    );
  });

  it("exists for each container that reads files, and for no other", () => {
    const holders = registrations.names("container").filter((name) => name.endsWith("-files"));
    expect(holders).to.have.members(["gateway-files", "redis-files", "postgres-files", "core-files"]);
  });

  it("never runs, has no network, and is replaced create-first", () => {
    for (const container of registrations.of("container").filter(({ name }) => name.endsWith("-files"))) {
      expect(container.inputs, container.name).to.include({ start: false, mustRun: false, networkMode: "none" });
      expect(container.deleteBeforeReplace, container.name).to.equal(false);
    }
  });

  it("is mounted read-only by its reader", () => {
    for (const name of ["redis", "postgres", "core"]) {
      expect(registrations.get("container", name).inputs["volumes"], name).to.deep.include({
        fromContainer: `morgan-dev-${name}-files-0123456:ro`,
      });
    }
    // The gateway reads what its files container is copied to.
    expect(registrations.get("container", "gateway").inputs["volumes"]).to.deep.equal([
      {
        containerPath: "/usr/local/etc/haproxy",
        volumeName: "morgan-dev-gateway-config-0123456",
        readOnly: true,
      },
    ]);
  });

  it("runs the Debian image, so that a new image of a service does not replace it", () => {
    const debian = registrations.get("container", "core-files").inputs["image"];
    expect(debian).to.equal(
      `127.0.0.1:5101/morgan/images@${madeDigest(registrations.get("command", "debian").inputs)}`,
    );
    expect(registrations.get("container", "core").inputs["image"]).not.to.equal(debian);
  });
});
