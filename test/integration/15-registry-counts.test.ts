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

/** In bytes: a layer below this holds no file, and stages that know nothing of each other may both be the first with it. */
const EMPTY = 1000;

describe("the registry", () => {
  let stack: TestStack;
  let registry: string;
  /** What the first up, and those after it that changed nothing, have written. */
  let first: Traffic;
  let manifests: Map<string, Manifest>;

  before(async () => {
    stack = sharedStack();
    ({ registry } = await stack.outputs());
    first = traffic(new Date(0));
    const tags = [`debian.${stack.name}`, ...STAGES.flatMap((stage) => tagsOf(stage))];
    const read = tags.map(async (tag) => [tag, await manifestOf(`${registry}/images:${tag}`)] as const);
    manifests = new Map(await Promise.all(read));
  });

  it("gets every layer of a first up once, however many stages stand on it", () => {
    const filled = layers().filter(({ size }) => size > EMPTY);
    const once = new Set(filled.map(({ digest }) => digest));
    expect(filled.length).to.be.greaterThan(5 * once.size);
    expect(first.uploads.map(({ digest }) => digest).filter((digest) => once.has(digest))).to.have.members([...once]);
  });

  it("holds no layer that is not zstd, of an image or of a cache", () => {
    expect(layers().length).to.be.greaterThan(100);
    for (const { mediaType, digest } of layers()) expect(mediaType, digest).to.match(/\+zstd$/);
  });

  it("gets one image and one cache of every stage from a first up", () => {
    expect(put(first)).to.have.members([...manifests.keys()]);
  });

  it("gets nothing from an up that changes nothing", async () => {
    const since = new Date();
    await stack.up({ expectNoChanges: true });
    expect(traffic(since)).to.deep.equal({ uploads: [], mounts: [], manifests: [] });
  });

  it("gets the new layer and the new descriptions from a line changed in core, and nothing of any other stage", async () => {
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

  /** The tags of a stage's image and of its cache. */
  function tagsOf(stage: string): string[] {
    return [`${stage}.${stack.name}`, `${stage}.${stack.name}-cache`];
  }

  function put(written: Traffic): string[] {
    return written.manifests.map(({ reference }) => reference);
  }
});
