import { expect } from "chai";
import { parseHistory, secondsByStage } from "../../../components/forecast/history.ts";
import { newBytes, ownLayers, parseStoredImage } from "../../../components/forecast/layers.ts";
import { measureUp } from "../../../components/forecast/measure.ts";
import { forecastSources } from "../../../components/forecast/sources.ts";
import { planOf, withStage } from "../support/manifests.ts";
import { digest } from "../support/releases.ts";

const build = (name: string, began: string, ended: string, changes: Record<string, unknown> = {}): string =>
  JSON.stringify({
    name,
    created_at: `2026-11-28T20:57:${began}Z`,
    completed_at: `2026-11-28T20:57:${ended}Z`,
    status: "Completed",
    cached_steps: 1,
    total_steps: 9,
    ...changes,
  });

const CONTEXT = ".morgan/contexts/core-0123456789abcdef";
const REPOSITORY = "127.0.0.1:5101/morgan/images";

describe("BuildKit's history", () => {
  it("gives the seconds of the last three builds of a stage, the newest first", () => {
    const text = [
      build(CONTEXT, "10.000000000", "12.500000000"),
      build("core-deps-0123456789abcdef", "10.0", "30.0"),
      ...["20", "30", "40"].map((second) => build(CONTEXT, `${second}.0`, `${second}.5`)),
    ].join("\n");
    expect(secondsByStage(parseHistory(text))).to.deep.equal({ core: [0.5, 0.5, 0.5], "core-deps": [20] });
  });

  it("leaves out builds that failed, that run, that were cached, and those of others", () => {
    const text = [
      build(CONTEXT, "10.0", "11.0", { status: "Error" }),
      build(CONTEXT, "10.0", "11.0", { completed_at: null }),
      build(CONTEXT, "10.0", "11.0", { cached_steps: 9 }),
      build("some/folder", "10.0", "11.0"),
      "no JSON",
      "",
    ].join("\n");
    expect(parseHistory(text)).to.deep.equal([]);
  });
});

const image = (layers: readonly (readonly [string, number])[], config = 1000): string =>
  JSON.stringify({
    config: { digest: digest("config"), size: config },
    layers: layers.map(([word, size]) => ({ digest: digest(word), size })),
  });

describe("an image in a registry", () => {
  const below = parseStoredImage(image([["base", 500]]));
  const above = parseStoredImage(
    image([
      ["base", 500],
      ["files", 30],
    ]),
  ) ?? { layers: [], rest: 0 };

  it("has its own layers, and those of the images below it", () => {
    expect(ownLayers(above, below === undefined ? [] : [below])).to.deep.equal([{ digest: digest("files"), size: 30 }]);
    expect(newBytes([above, above], [])).to.equal(530);
    expect(newBytes([above], below === undefined ? [] : [below])).to.equal(30);
    expect(above.rest).to.equal(
      1000 +
        image([
          ["base", 500],
          ["files", 30],
        ]).length,
    );
  });

  it("is unknown if the text is no manifest", () => {
    for (const text of ["", "{}", "[]", '{"config":{"digest":"a","size":1},"layers":[{}]}'])
      expect(parseStoredImage(text)?.layers.length ?? 0, text).to.equal(0);
    expect(parseStoredImage('{"config":{"digest":"a","size":1},"layers":[{"digest":"b","size":-1}]}')).to.equal(
      undefined,
    );
  });
});

describe("the sources of forecasts", () => {
  const sources = (
    texts: Readonly<Record<string, string>>,
    isPlain = true,
    history = "",
  ): ReturnType<typeof forecastSources> =>
    forecastSources(
      {
        run: () => Promise.resolve(history === "" ? undefined : { succeeded: true, output: history }),
        httpText: (url) => Promise.resolve(texts[url]),
      },
      "default",
      { host: "127.0.0.1:5101", isPlain, route: { certificates: "", proxy: { url: "", except: [] } } },
    );

  it("read an image by its digest or by its tag, over TLS if the registry is not the stack's own", async () => {
    const text = image([["files", 30]]);
    const path = "127.0.0.1:5101/v2/morgan/images/manifests";
    const byDigest = sources({ [`http://${path}/${digest("core")}`]: text });
    expect((await byDigest.image(`${REPOSITORY}:core.dev@${digest("core")}`))?.layers).to.have.lengthOf(1);
    const byTag = sources({ [`https://${path}/core.dev-cache`]: text }, false);
    expect((await byTag.image(`${REPOSITORY}:core.dev-cache`))?.layers).to.have.lengthOf(1);
  });

  it("know nothing of another registry, of a registry that does not answer, or without buildx", async () => {
    expect(await sources({}).image(`docker.io/library/redis@${digest("redis")}`)).to.equal(undefined);
    expect(await sources({}).image(`${REPOSITORY}@${digest("core")}`)).to.equal(undefined);
    expect(await sources({}).builds()).to.deep.equal([]);
    expect(await sources({}, true, build(CONTEXT, "10.0", "11.0")).builds()).to.have.lengthOf(1);
  });

  it("measure what was built and what is new in the registry", async () => {
    const began = Date.parse("2026-11-28T20:57:09.000Z");
    const urlOf = (word: string): string => `http://127.0.0.1:5101/v2/morgan/images/manifests/${word}`;
    const [old, young, deps, cache] = [
      image([
        ["base", 500],
        ["old files", 31],
      ]),
      image([
        ["base", 500],
        ["new files", 32],
      ]),
      image([["base", 500]]),
      image([], 10),
    ];
    const measured = await measureUp({
      plan: planOf(withStage("core", { files: {} })),
      began,
      now: began + 9876,
      refs: { core: `${REPOSITORY}@${digest("young")}`, "core-deps": `${REPOSITORY}@${digest("deps")}` },
      refsBefore: { core: `${REPOSITORY}@${digest("old")}` },
      cache: (stage) => `${REPOSITORY}:${stage}.dev-cache`,
      events: [
        { at: began + 1000, action: "kill", id: "a", role: "redis" },
        { at: began + 2000, action: "start", id: "b", role: "redis" },
        { at: began + 3500.4, action: "health_status: healthy", id: "b", role: "redis" },
      ],
      sources: sources(
        {
          [urlOf(digest("old"))]: old,
          [urlOf(digest("young"))]: young,
          [urlOf(digest("deps"))]: deps,
          [urlOf("core.dev-cache")]: cache,
        },
        true,
        build(CONTEXT, "10.0", "11.5"),
      ),
    });
    const rest = 1000 + young.length + 10 + cache.length;
    expect(measured).to.deep.equal({
      cost: { seconds: 9.88, bytes: 32 + rest },
      seconds: { core: 1.5 },
      images: { core: { layers: [32], rest } },
      interruptions: { redis: 2500 },
      timeline: {
        began,
        seconds: 9.9,
        builds: [{ name: "core", from: 1, to: 2.5 }],
        containers: [{ name: "redis", from: 2, to: 3.5 }],
      },
    });
  });

  it("leave out the bytes if the registry does not say", async () => {
    const plan = planOf(withStage("core", { files: {} }));
    const refs = { core: `${REPOSITORY}@${digest("young")}` };
    const common = { plan, began: 0, now: 1000, refs, refsBefore: {}, cache: () => "", events: [] };
    expect((await measureUp({ ...common, sources: sources({}) })).cost).to.deep.equal({ seconds: 1 });
  });
});
