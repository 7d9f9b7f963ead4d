import { expect } from "chai";
import { findOutdated, type FindArgs } from "../../../components/outdated/find.ts";
import { describeOutdated } from "../../../components/outdated/table.ts";
import { STACK, stage } from "../support/manifests.ts";
import { digest } from "../support/releases.ts";

const [OLD, NEW] = [digest("old"), digest("new")];
const REFS = { core: `r/images:core.dev@${digest("core")}`, redis: `r/images:redis.dev@${digest("redis")}` };

const args = (changes: Partial<FindArgs> = {}): FindArgs => ({
  stack: "dev",
  stages: STACK.stages,
  refs: REFS,
  upstream: {},
  python: (versions) => Promise.resolve({ found: versions, missing: {} }),
  debian: () => Promise.resolve({ core: [], redis: [] }),
  digest: () => Promise.resolve(undefined),
  ...changes,
});

describe("what has moved upstream", () => {
  it("is nothing if every source has what the stack has", async () => {
    const found = await findOutdated(args());
    expect(found).to.deep.equal({ version: 1, stack: "dev", baseImages: [], debian: [], python: [], unanswered: [] });
    expect(describeOutdated(found)).to.equal('nothing of "dev" has a newer release\n');
  });

  it("has a newer Python package with its lock files, and what is built on them", async () => {
    const python = (versions: Readonly<Record<string, string>>): ReturnType<FindArgs["python"]> => {
      expect(versions).to.deep.equal({ anyio: "4.16.0", redis: "8.1.0", soundfile: "0.13.1" });
      return Promise.resolve({ found: { ...versions, anyio: "4.17.0", redis: "9.0.0" }, missing: {} });
    };
    const services = ["core-deps", "core", "tts-deps", "tts"];
    const anyio = {
      name: "anyio",
      from: "4.16.0",
      to: "4.17.0",
      places: ["requirements/base.txt"],
      rebuilds: ["base", ...services],
    };
    const redis = {
      name: "redis",
      from: "8.1.0",
      to: "9.0.0",
      places: ["requirements/core.txt"],
      rebuilds: ["core-deps", "core"],
    };
    expect((await findOutdated(args({ python }))).python).to.deep.equal([anyio, redis]);
  });

  it("counts no other build of the same release as newer", async () => {
    const stages = {
      ...STACK.stages,
      "torch-deps": stage({ packages: { torch: "2.8.0+cu128" }, lockFile: "requirements/torch.txt" }),
    };
    const asked: string[] = [];
    const python = (versions: Readonly<Record<string, string>>): ReturnType<FindArgs["python"]> => {
      asked.push(versions["torch"] ?? "");
      return Promise.resolve({ found: { torch: "2.8.0" }, missing: {} });
    };
    expect((await findOutdated(args({ stages, python }))).python).to.deep.equal([]);
    expect(asked).to.deep.equal(["2.8.0"]);
  });

  it("has a newer Debian package once, with its images and what the newer Debian rebuilds", async () => {
    const libssl = { name: "libssl3", from: "3.0.15", to: "3.0.17" };
    const redis = { name: "redis-server", from: "7.0", to: "7.1" };
    const debian = (): ReturnType<FindArgs["debian"]> => Promise.resolve({ core: [libssl], redis: [libssl, redis] });
    const all = ["debian", "base", "core-deps", "core", "tts-deps", "tts", "haproxy", "redis"];
    expect((await findOutdated(args({ debian }))).debian).to.deep.equal([
      { ...libssl, places: ["core", "redis"], rebuilds: all },
      { ...redis, places: ["redis"], rebuilds: all },
    ]);
  });

  it("has a base image whose tag names another digest, and no pin that the tag still has", async () => {
    const stages = {
      ...STACK.stages,
      debian: stage({ arguments: { image: `debian:bookworm-slim@${OLD}` } }),
      redis: stage({ arguments: { image: `redis:7@${NEW}` } }),
    };
    const upstream = { debian: `debian:bookworm-slim@${OLD}`, redis: `redis:7@${NEW}` };
    const { baseImages, unanswered } = await findOutdated(
      args({ stages, upstream, digest: () => Promise.resolve(NEW) }),
    );
    expect(unanswered).to.deep.equal([]);
    expect(baseImages).to.deep.equal([
      {
        name: "debian:bookworm-slim",
        from: OLD,
        to: NEW,
        places: ["debian"],
        rebuilds: ["debian", "base", "core-deps", "core", "tts-deps", "tts", "haproxy"],
      },
    ]);
  });

  it("names every source that gave no answer, and has the answers of the others", async () => {
    const refuse = (): Promise<never> => Promise.reject(new Error("connection refused"));
    const found = await findOutdated(
      args({
        upstream: { debian: `debian@${OLD}`, redis: `redis:7@${OLD}` },
        debian: refuse,
        digest: refuse,
        python: (versions) =>
          Promise.resolve({ found: { ...versions, redis: "9.0.0" }, missing: { anyio: "not in the index" } }),
      }),
    );
    expect(found.unanswered).to.deep.equal([
      {
        source: "base image debian",
        reason: "it is pinned without a tag: set morgan:upstreamImages.debian to repository:tag@sha256:…",
      },
      { source: "base image redis", reason: "connection refused" },
      { source: "Debian packages", reason: "connection refused" },
      { source: "Python package anyio", reason: "not in the index" },
    ]);
    expect(found.python.map(({ name }) => name)).to.deep.equal(["redis"]);
    expect(describeOutdated(found))
      .to.include("not known: Debian packages: connection refused")
      .and.include("4 sources gave no answer");
  });

  it("names an image without apt, a tag that is gone, and a stack that has recorded no images", async () => {
    const without = await findOutdated(args({ debian: () => Promise.resolve({ core: [], redis: undefined }) }));
    expect(without.unanswered).to.deep.equal([{ source: "Debian packages of redis", reason: "its image has no apt" }]);
    const gone = await findOutdated(args({ upstream: { redis: `redis:7@${OLD}` } }));
    expect(gone.unanswered).to.deep.equal([{ source: "base image redis", reason: "its registry has no redis:7" }]);
    const fresh = await findOutdated(args({ refs: {} }));
    expect(fresh.unanswered.map(({ source }) => source)).to.deep.equal(["Debian packages"]);
  });

  it("is a table of what has which release, with a last line that sums up", async () => {
    const found = await findOutdated(
      args({
        debian: () => Promise.resolve({ core: [{ name: "libssl3", from: "3.0.15", to: "3.0.17" }], redis: [] }),
        python: (versions) => Promise.resolve({ found: { ...versions, redis: "9.0.0" }, missing: {} }),
      }),
    );
    expect(describeOutdated(found)).to.equal(`Debian package  has     newest  images  rebuilds
libssl3         3.0.15  3.0.17  core    8 images

Python package  has    newest  lock files             rebuilds
redis           8.1.0  9.0.0   requirements/core.txt  core-deps, core

Debian packages: pulumi config set baseRevision <today>, or a newer base image
Python packages: change requirements/*.in, then npm run lock -- --upgrade

1 Debian package, 1 Python package of "dev" have a newer release; all of them together rebuild 8 images
`);
  });
});
