import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { idsOf, leftovers } from "./support/engine.ts";
import { manifestOf } from "./support/registry.ts";
import { sharedStack } from "./support/shared-stack.ts";
import { TestStack } from "./support/test-stack.ts";

describe("a second stack on the same engine", () => {
  let first: TestStack;
  let second: TestStack;
  let cache: string;

  before(async () => {
    first = sharedStack();
    cache = mkdtempSync(join(tmpdir(), "morgan-cache-"));
    // With a cache of its own it finds no root file system that it could take over.
    second = await TestStack.create({ services: ["llm"] }, { variables: { MORGAN_CACHE: join(cache, "morgan") } });
  });

  after(async () => {
    await second.dispose();
    rmSync(cache, { recursive: true });
  });

  it("shares nothing with the first: names, ports, networks, volumes, registry", async () => {
    const ids = idsOf(first.name);
    await second.up();
    expect(idsOf(first.name)).to.deep.equal(ids);
    const { endpoint, registry } = await second.outputs();
    const others = await first.outputs();
    expect(endpoint).to.not.equal(others.endpoint);
    expect(registry).to.not.equal(others.registry);
    const things = new Set(leftovers(first.name));
    expect(leftovers(second.name).filter((thing) => things.has(thing))).to.deep.equal([]);
  });

  it("makes the same Debian image from the same packages, byte for byte", async () => {
    const layers = await Promise.all(
      [first, second].map(async (stack) =>
        manifestOf(`${(await stack.outputs()).registry}/images:debian.${stack.name}`),
      ),
    );
    expect(readdirSync(join(cache, "morgan")).join()).to.match(/debian-[0-9a-f]{12}/);
    expect(layers[0]).to.deep.equal(layers[1]);
  });

  it("goes without touching the first", async () => {
    const ids = idsOf(first.name);
    await second.destroy();
    expect(idsOf(first.name)).to.deep.equal(ids);
    expect(leftovers(second.name)).to.deep.equal([]);
  });
});

describe("upstream images and a registry of one's own", () => {
  let stack: TestStack;

  before("with the first stack's registry and images in the place of public ones", async () => {
    const { registry } = await sharedStack().outputs();
    const pinned = async (name: string): Promise<string> => {
      const repository = `${registry}/images`;
      const response = await fetch(
        `http://${repository.replace("/", "/v2/")}/manifests/${name}.${sharedStack().name}`,
        {
          method: "HEAD",
          headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
        },
      );
      return `${repository}@${response.headers.get("docker-content-digest") ?? ""}`;
    };
    const images = { debian: await pinned("debian"), redis: await pinned("redis"), postgres: await pinned("postgres") };
    stack = await TestStack.create({
      baseImages: "registry",
      upstreamImages: images,
      registry: registry.replace("/morgan", "/elsewhere/team"),
    });
  });

  after(() => stack.dispose());

  it("bring the stack up without a bootstrap and without a registry container", async () => {
    const changes = await stack.up();
    expect(changes.filter(({ type }) => type === "command:local:Command").map(({ name }) => name)).to.have.members([
      "redis-password",
      "postgres-password",
      "postgres-role",
      "gateway-config",
      "settled",
    ]);
    const { images, services } = await stack.outputs();
    expect(Object.values(services).map(({ health }) => health)).to.deep.equal(Array(5).fill("healthy"));
    for (const { ref } of Object.values(images)) expect(ref).to.include("/elsewhere/team/");
    expect(idsOf(stack.name)).to.not.have.property("registry");
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });
});
