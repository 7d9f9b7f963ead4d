import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { catalog } from "../../services/catalog.ts";
import { containersOf } from "./support/engine.ts";
import { trafficSince, type Traffic } from "./support/registry-traffic.ts";
import { manifestOf, newBlobs, type Manifest } from "./support/registry.ts";
import { sharedStack } from "./support/shared-stack.ts";
import type { TestStack } from "./support/test-stack.ts";

const SERVICES = Object.keys(catalog);
const STAGES = ["tools", "base", ...SERVICES.flatMap((name) => [name, `${name}-deps`]), "redis", "postgres", "haproxy"];

/** Bytes. A smaller layer holds no file, and two independent stages may push the same empty layer at the same time. */
const EMPTY = 1000;

describe("the registry", () => {
  let stack: TestStack;
  let registry: string;
  /** The writes of the first up. Runs without changes have written nothing since. */
  let first: Traffic;
  let manifests: Map<string, Manifest>;

  before(async () => {
    stack = await sharedStack();
    ({ registry } = await stack.outputs());
    first = traffic(new Date(0));
    const tags = [`debian.${stack.name}`, ...STAGES.flatMap((stage) => tagsOf(stage))];
    const read = tags.map(async (tag) => [tag, await manifestOf(`${registry}/images:${tag}`)] as const);
    manifests = new Map(await Promise.all(read));
  });

  it("the registry gets every layer of a first up once, however many stages are built on it", () => {
    const filled = layers().filter(({ size }) => size > EMPTY);
    const once = new Set(filled.map(({ digest }) => digest));
    expect(filled.length).to.be.greaterThan(5 * once.size);
    expect(first.uploads.map(({ digest }) => digest).filter((digest) => once.has(digest))).to.have.members([...once]);
  });

  it("the registry holds zstd layers only, of images and of cache exports", () => {
    expect(layers().length).to.be.greaterThan(100);
    for (const { mediaType, digest } of layers()) expect(mediaType, digest).to.match(/\+zstd$/);
  });

  it("the registry gets one image and one cache export of every stage from a first up", () => {
    expect(put(first)).to.have.members([...manifests.keys()]);
  });

  it("the registry gets nothing from an up that changes nothing", async () => {
    const since = new Date();
    await stack.up({ expectNoChanges: true });
    expect(traffic(since)).to.deep.equal({ uploads: [], mounts: [], manifests: [] });
  });

  it("the registry gets a layer, two configurations and two manifests from one changed line in core", async () => {
    const since = new Date();
    appendFileSync(join(stack.folder, "services/core/morgan_core/__main__.py"), "# one more line for the registry\n");
    await stack.up();
    const written = traffic(since);
    expect(put(written)).to.have.members(tagsOf("core"));
    expect(written.mounts).to.deep.equal([]);
    const fresh = tagsOf("core").map(async (tag) => {
      const before = manifests.get(tag);
      return before === undefined ? [] : newBlobs(await manifestOf(`${registry}/images:${tag}`), before);
    });
    const digests = new Set((await Promise.all(fresh)).flat().map(({ digest }) => digest));
    expect(digests).to.have.length(3);
    expect(written.uploads.map(({ digest }) => digest)).to.have.members([...digests]);
  });

  function traffic(since: Date): Traffic {
    return trafficSince(containersOf(stack.name)["registry"]?.Id ?? "", since);
  }

  function layers(): Manifest["layers"] {
    return [...manifests.values()].flatMap((manifest) => manifest.layers);
  }

  /** Returns the tags of a stage's image and of its cache export. */
  function tagsOf(stage: string): string[] {
    return [`${stage}.${stack.name}`, `${stage}.${stack.name}-cache`];
  }

  function put(written: Traffic): string[] {
    return written.manifests.map(({ reference }) => reference);
  }
});
