import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { makeRootfs } from "../../components/image/programs/rootfs.ts";
import { SOURCE_DATE_EPOCH } from "../../components/image/stages/stage-image.ts";
import { cacheFolder } from "../../toolchain/lib/paths.mjs";
import { idsOf, leftovers } from "./support/engine.ts";
import { OpenRegistry } from "./support/open-registry.ts";
import { digestOf, manifestOf } from "./support/registry.ts";
import { differences, packagesIn } from "./support/root-fs.ts";
import { sharedStack } from "./support/shared-stack.ts";
import { TestStack } from "./support/test-stack.ts";

describe("a second stack on the same engine", () => {
  let first: TestStack;
  let second: TestStack;
  let cache: string;

  before(async () => {
    first = await sharedStack();
    cache = mkdtempSync(join(tmpdir(), "morgan-cache-"));
    // With an empty cache the second stack makes its own root file system.
    second = await TestStack.create({ services: ["llm"] }, { variables: { MORGAN_CACHE: join(cache, "morgan") } });
  });

  after(async () => {
    await second.dispose();
    rmSync(cache, { recursive: true });
  });

  it("the second stack shares no name, port, network, volume or registry with the first", async () => {
    const ids = idsOf(first.name);
    await second.up();
    expect(idsOf(first.name)).to.deep.equal(ids);
    const { endpoint, registry } = await second.outputs();
    const others = await first.outputs();
    expect(endpoint).to.not.equal(others.endpoint);
    expect(registry).to.not.equal(others.registry);
    const firstIds = new Set(leftovers(first.name));
    expect(leftovers(second.name).filter((id) => firstIds.has(id))).to.deep.equal([]);
  });

  it("the same packages give the same Debian image, byte for byte", async () => {
    const name = readdirSync(join(cache, "morgan")).find((entry) => /^debian-[0-9a-f]{12}$/.test(entry)) ?? "none";
    const ours = join(cacheFolder(process.env), name, "rootfs.tar");
    const theirs = join(cache, "morgan", name, "rootfs.tar");
    // Debian's mirror gets updates at any time. If it got one since the first was made, the first is made again.
    if (packagesIn(ours).join() === packagesIn(theirs).join()) {
      expect(differences(ours, theirs)).to.deep.equal([]);
      const manifests = [first, second].map(async (stack) =>
        manifestOf(`${(await stack.outputs()).registry}/images:debian.${stack.name}`),
      );
      expect(await manifests[0]).to.deep.equal(await manifests[1]);
    } else {
      const again = await makeRootfs(
        { key: name.replace("debian-", "") },
        { cache: join(cache, "again"), platform: `${process.platform}-${process.arch}`, architecture: "amd64" },
        { MORGAN_MIRROR: "", MORGAN_CA_FILE: "", MORGAN_APT_AUTH_FILE: "", MORGAN_PROXY: "", MORGAN_NO_PROXY: "" },
        SOURCE_DATE_EPOCH,
      );
      expect(differences(join(again, "rootfs.tar"), theirs)).to.deep.equal([]);
    }
  });

  it("a destroy of the second stack does not touch the first", async () => {
    const ids = idsOf(first.name);
    await second.destroy();
    expect(idsOf(first.name)).to.deep.equal(ids);
    expect(leftovers(second.name)).to.deep.equal([]);
  });
});

describe("upstream images and an existing registry", () => {
  let stack: TestStack;
  let existing: OpenRegistry;

  before("the shared stack's images stand in for public ones", async () => {
    const shared = await sharedStack();
    const { registry } = await shared.outputs();
    const pinned = async (name: string): Promise<string> => {
      const repository = `${registry}/images`;
      return `${repository}@${(await digestOf(`${repository}:${name}.${shared.name}`)) ?? ""}`;
    };
    const images = { debian: await pinned("debian"), redis: await pinned("redis"), postgres: await pinned("postgres") };
    existing = await OpenRegistry.start();
    stack = await TestStack.create({
      baseImages: "registry",
      upstreamImages: images,
      registry: `${existing.host}/elsewhere/team`,
    });
  });

  after(async () => {
    await stack.dispose();
    existing.remove();
  });

  it("the stack is deployed without bootstrap commands and without a registry container", async () => {
    const changes = await stack.up();
    expect(changes.filter(({ type }) => type === "command:local:Command").map(({ name }) => name)).to.have.members([
      "identity",
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
