import { expect } from "chai";
import type { PlannedContainer } from "../../../components/plan/plan.ts";
import { container, planOf, STACK, withContainer, withStage, without } from "../support/manifests.ts";

function changed(...args: Parameters<typeof planOf>): readonly PlannedContainer[] {
  return planOf(...args).containers.filter(({ action }) => action !== "untouched");
}

const settings = (name: string): Readonly<Record<string, string>> => STACK.containers[name]?.settings ?? {};

describe("the plan of containers", () => {
  it("leaves all alone if nothing differs", () => {
    expect(changed(STACK)).to.deep.equal([]);
  });

  it("replaces a container create-first for another image, and interrupts nothing", () => {
    expect(changed(withStage("tts", { files: {} }))).to.deep.equal([
      { name: "tts", action: "replace", reasons: [{ kind: "image", name: "tts" }], way: "create-first" },
    ]);
  });

  it("replaces each container with files if Debian's image differs, and says what is interrupted and for how long", () => {
    const { containers } = planOf(withStage("debian", { arguments: { baseRevision: "2026-02-02" } }));
    const redis = containers.find(({ name }) => name === "redis");
    expect(redis).to.deep.include({ way: "stop-first", interrupts: { what: "sessions", milliseconds: 1900 } });
    expect(redis?.reasons).to.deep.equal([
      { kind: "image", name: "redis" },
      { kind: "image", name: "debian" },
    ]);
    expect(containers.find(({ name }) => name === "gateway")?.interrupts).to.deep.equal({ what: "all requests" });
    expect(containers.find(({ name }) => name === "registry")?.action).to.equal("untouched");
  });

  it("names a setting by its key in the configuration, once", () => {
    const after = withContainer("core", {
      settings: { ...settings("core"), "environment MORGAN_HISTORY_DAYS": "30" },
    });
    expect(changed(after)).to.deep.equal([
      {
        name: "core",
        action: "replace",
        reasons: [{ kind: "setting", name: "historyDays", from: "365", to: "30" }],
        way: "create-first",
      },
    ]);
    const ports = withContainer("gateway", { settings: { port: "127.0.0.1:8090" } });
    expect(changed(ports)[0]?.reasons).to.deep.equal([
      { kind: "setting", name: "gatewayPort", from: "127.0.0.1:8080", to: "127.0.0.1:8090" },
    ]);
    const cpus = withContainer("tts", { settings: { cpus: "1" } });
    expect(changed(cpus)[0]?.reasons).to.deep.equal([
      { kind: "setting", name: "cpus (services/catalog.ts)", from: "2", to: "1" },
    ]);
    const model = withContainer("core", {
      settings: {
        ...settings("core"),
        "environment MORGAN_LLM_API_KEY_FILE": "/a",
        "file /run/secrets/llm-api-key": "secret",
      },
    });
    expect(changed(model)[0]?.reasons).to.deep.equal([{ kind: "setting", name: "llmApiKey", to: "/a" }]);
  });

  it("names a network", () => {
    const others = without(settings("core"), "network data");
    expect(changed(withContainer("core", { settings: others }))[0]?.reasons).to.deep.equal([
      { kind: "network", name: "data", change: "removed" },
    ]);
  });

  it("reloads a gateway for what it takes over, and for another token", () => {
    const reloads = { apiToken: "set", bodyLimit: "1048576", memory: "1 GiB" };
    expect(changed(withContainer("gateway", { reloads }))).to.deep.equal([
      {
        name: "gateway",
        action: "reload",
        reasons: [{ kind: "setting", name: "bodyLimit", from: "10485760", to: "1048576" }],
      },
    ]);
    expect(changed(STACK, { changedSecrets: new Set(["apiToken"]) })).to.deep.equal([
      { name: "gateway", action: "reload", reasons: [{ kind: "secret", name: "apiToken" }] },
    ]);
  });

  it("replaces the containers that have a secret if it differs, and never shows its value", () => {
    const file = { "file /run/secrets/llm-api-key": "secret" };
    const stack = withContainer("core", { settings: file });
    const before = { version: 1, ...stack, refs: {}, releases: {} } as const;
    expect(changed(stack, { before, changedSecrets: new Set(["llmApiKey"]) })[0]?.reasons).to.deep.equal([
      { kind: "secret", name: "llmApiKey" },
    ]);
  });

  it("replaces the containers that have a password of another revision", () => {
    const reasons = [{ kind: "setting", name: "passwordRevision", from: "", to: "2" }];
    const found = changed({ ...STACK, passwordRevision: "2" });
    expect(found.map(({ name }) => name)).to.deep.equal(["redis", "core"]);
    for (const one of found) expect(one.reasons).to.deep.equal(reasons);
  });

  it("replaces every container with an image of the stack's registry if the registry moves", () => {
    const found = changed({ ...STACK, repository: "registry.example/images" });
    expect(found.map(({ name }) => name)).to.deep.equal(["redis", "gateway", "tts", "core"]);
  });

  it("creates new containers and removes others", () => {
    const containers = without(STACK.containers, "redis");
    const found = changed({ ...STACK, containers: { ...containers, wake: container(STACK.containers["tts"]) } });
    expect(found).to.deep.equal([
      { name: "wake", action: "create", reasons: [{ kind: "new" }] },
      { name: "redis", action: "remove", reasons: [{ kind: "unused" }] },
    ]);
  });
});
