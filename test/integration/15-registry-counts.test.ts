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
    const references = ["debian", ...STAGES]
      .flatMap((stage) => [`${stage}:${stack.name}`, `${stage}:${stack.name}-cache`])
      .filter((reference) => !/^debian.*-cache$/.test(reference));
    const read = references.map(async (name) => [name, await manifestOf(`${registry}/${name}`)] as const);
    manifests = new Map(await Promise.all(read));
  });

  it("gets every layer of a first up once, however many stages stand on it", () => {
    const big = new Set(layers().flatMap(({ digest, size }) => (size > EMPTY ? [digest] : [])));
    const sent = first.uploads.filter(({ digest }) => big.has(digest)).map(({ digest }) => digest);
    expect(sent).to.have.members([...big]);
  });

  it("takes the layers of one stage over into the repositories of those that stand on it", () => {
    const base = manifests.get(`base:${stack.name}`)?.layers.filter(({ size }) => size > EMPTY) ?? [];
    expect(base.length).to.be.at.least(3);
    const above = SERVICES.flatMap((name) => [project(`${name}-deps`), project(name)]);
    for (const { digest } of base) {
      const takers = first.mounts.filter((mount) => mount.digest === digest).map(({ repository }) => repository);
      expect(takers, digest).to.include.members(above);
    }
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
    const changed = [`core:${stack.name}`, `core:${stack.name}-cache`];
    const { uploads, mounts, ...rest } = traffic(since);
    expect(put({ uploads, mounts, ...rest })).to.have.members(changed);
    expect(mounts).to.deep.equal([]);
    const fresh = await Promise.all(
      changed.map(async (name) => {
        const before = manifests.get(name);
        return before === undefined ? [] : newBlobs(await manifestOf(`${registry}/${name}`), before);
      }),
    );
    const digests = [...new Set(fresh.flat().map(({ digest }) => digest))];
    expect(digests).to.have.length(3);
    expect(uploads).to.have.deep.members(digests.map((digest) => ({ repository: project("core"), digest })));
  });

  function traffic(since: Date): Traffic {
    return trafficSince(containersOf(stack.name)["registry"]?.Id ?? "", since);
  }

  function layers(): Manifest["layers"] {
    return [...manifests.values()].flatMap((manifest) => manifest.layers);
  }

  /** The repository of a stage as the registry itself calls it. */
  function project(stage: string): string {
    return `${registry.replace(/^[^/]*\//, "")}/${stage}`;
  }

  /** Manifests as "stage:tag". */
  function put(written: Traffic): string[] {
    return written.manifests.map(({ repository, reference }) => `${repository.split("/").at(-1) ?? ""}:${reference}`);
  }
});
