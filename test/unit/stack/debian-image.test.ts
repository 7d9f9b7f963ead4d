import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import type { Login } from "../../../components/network/login.ts";
import { MorganStack } from "../../../components/stack.ts";
import {
  FACTS,
  DEBIAN,
  fakeEngine,
  NO_PROFILE,
  stackConfig,
  UPSTREAM,
  type ConfigChanges,
  IDENTITY,
} from "../support/config.ts";
import { useProject } from "../support/project.ts";
import { record, type Registrations } from "../support/registrations.ts";
import { readShipped } from "../support/shipped.ts";
import { at, texts, withoutSecrets } from "../support/wire.ts";

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

const triggers = async (name: string, changes: ConfigChanges = {}): Promise<unknown> =>
  (await up(changes)).get("command", name).inputs["triggers"];

describe("the Debian image", () => {
  useProject();

  it("is made again for another revision or mirror of Debian's packages, and for no other change", async () => {
    const before = await triggers("debian");
    expect(await triggers("debian", { images: { base: { ...DEBIAN, revision: "2026-02-02" } } })).not.to.deep.equal(
      before,
    );
    expect(
      await triggers("debian", {
        images: { base: { ...DEBIAN, sources: "deb http://apt.example.com bookworm main\n" } },
      }),
    ).not.to.deep.equal(before);
    expect(await triggers("debian", { images: { builder: "other" }, stack: "prod" })).to.deep.equal(before);
  });

  it("contains only essential packages and apt, and makes dpkg leave out unread files", () => {
    const script = readShipped("components/image/bootstrap/rootfs.sh");
    expect(script).to.contain("--variant=apt").and.contain("hooks/merged-usr");
    for (const unread of ["doc", "man", "info", "locale", "lintian", "bash-completion", "i18n"]) {
      expect(script).to.contain(`--dpkgopt='path-exclude=/usr/share/${unread}/*'`);
    }
    expect(script).to.contain("--dpkgopt='path-exclude=/usr/lib/*/gconv/*'");
  });

  it("has the trigger that stacks from before have, so that no stack makes it again", async () => {
    const parts = [readShipped("components/image/bootstrap/rootfs.sh"), DEBIAN.revision, DEBIAN.sources];
    const key = createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 12);
    expect(await triggers("debian")).to.deep.equal(["127.0.0.1:5101/morgan/images", key]);
  });

  it("is made by a program without a shell's syntax, on every system", async () => {
    for (const { name, inputs } of (await up()).of("command")) {
      expect(inputs["create"], name).to.match(/^node [\w./-]+\.ts(?: "?[\w$]+"?)*$|^node -p "/);
    }
  });

  it("is made with a fixed time, and with the output of the last run", async () => {
    const { inputs } = (await up()).get("command", "debian");
    expect(at(JSON.parse(String(inputs["stdin"])), "sourceDateEpoch")).to.match(/^\d+$/);
    expect(inputs["addPreviousOutputInEnv"]).to.equal(undefined);
  });

  it("shows no secret in the text of a command, which Pulumi prints in errors", async () => {
    const login = (password: string): Login => ({ user: "canary-user", password: pulumi.secret(password) });
    const registry = { kind: "remote", host: "harbor.example.com", project: "m" } as const;
    const apt = { mirror: "https://apt.example.com", security: "", login: login("canary-apt") };
    const network = {
      ...NO_PROFILE,
      apt,
      registry: login("canary-registry"),
      certificates: "canary-pem",
      caBundle: "ca.pem",
    };
    for (const changes of [{ network, registry }, { network: { ...network, registry: undefined } }]) {
      const commands = (await up(changes)).of("command");
      for (const { name, inputs } of commands) {
        expect(inputs["create"], name).not.to.contain("canary");
        expect(JSON.stringify(inputs["environment"] ?? {}), name).not.to.contain("canary");
      }
      const read = texts(commands.map(({ inputs }) => inputs["stdin"])).join();
      expect(read).to.contain("canary-apt").and.contain("ca.pem").and.not.contain("canary-pem");
      for (const { name, wire } of commands)
        expect(texts(withoutSecrets(wire)).join(), name).not.to.match(/canary-(?:apt|reg)/);
    }
  });
});

describe("the registry's image", () => {
  useProject();

  it("is named after its contents, so that the engine keeps an image for each", async () => {
    const image = async (changes: ConfigChanges): Promise<unknown> =>
      (await up(changes)).get("container", "registry").inputs["image"];
    const before = await image({});
    expect(before).to.match(/^morgan\.invalid\/registry:[0-9a-f]{12}$/);
    expect(await image({ stack: "prod" })).to.equal(before);
    expect(await image({ images: { base: { ...DEBIAN, revision: "2026-02-02" } } })).not.to.equal(before);
    expect(await image({ images: { base: UPSTREAM } })).not.to.equal(before);
  });

  it("is built on the pinned upstream image if base images come from a registry", async () => {
    const { inputs } = (await up({ images: { base: UPSTREAM } })).get("command", "registry-image");
    const task: unknown = JSON.parse(String(inputs["stdin"]));
    expect(at(task, "dockerfile"))
      .to.match(/^FROM debian@sha256:[0-9a-f]{64}\n/)
      .and.match(/from=registry@sha256:[0-9a-f]{64},source=\/bin\/registry/);
    expect(at(task, "rootfs"), "no root file system is needed").to.equal(undefined);
  });

  it("lets the stack's builds write, and tells its container no more than a digest of their login", async () => {
    const done = await up();
    const { inputs } = done.get("container", "registry");
    const password = String(at(done.get("image", "core").inputs, "registries.0.password"));
    const header = `Basic ${Buffer.from(`morgan:${password}`).toString("base64")}`;
    const digest = createHash("sha256").update(header).digest("hex").toUpperCase();
    expect(withoutSecrets(inputs["envs"])).to.deep.equal([`MORGAN_WRITER_DIGEST=${digest}`]);
    expect(inputs["command"]).to.deep.equal(["/usr/local/bin/guarded-registry"]);
    expect(JSON.stringify(inputs)).not.to.include(password);
  });

  it("is made before the registry's container", async () => {
    expect((await up()).get("container", "registry").dependsOn).to.include("registry-image");
  });
});
