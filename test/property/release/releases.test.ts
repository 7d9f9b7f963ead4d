import { expect } from "chai";
import fc from "fast-check";
import { parseHistory } from "../../../components/release/history.ts";
import { imagesOf, KEPT, recordRelease, releaseId, type Release } from "../../../components/release/release.ts";
import { digest, madeUpRelease } from "../../unit/support/releases.ts";

const release = fc
  .record({ word: fc.constantFrom("a", "b", "c", "d", "e", "f", "g"), health: fc.constantFrom("healthy", "unhealthy") })
  .map(({ word, health }): Release => {
    const { services, ...rest } = madeUpRelease(word);
    return {
      ...rest,
      services: Object.fromEntries(Object.entries(services).map(([name, service]) => [name, { ...service, health }])),
    };
  });
const place = fc.constantFrom("newest" as const, "unchanged" as const);
const ups = fc.array(fc.tuple(release, place), { maxLength: 20 });
const after = (runs: readonly (readonly [Release, "newest" | "unchanged"])[]): readonly Release[] =>
  runs.reduce<readonly Release[]>((kept, [ran, where]) => recordRelease(kept, ran, where), []);

describe("the releases of a stack", () => {
  it("are at most five, each once, with the running release among them", () => {
    fc.assert(
      fc.property(ups, release, place, (runs, last, where) => {
        const kept = recordRelease(after(runs), last, where);
        expect(kept.length).to.be.at.most(KEPT);
        expect(new Set(kept.map(({ id }) => id))).to.have.property("size", kept.length);
        expect(kept.find(({ id }) => id === last.id)).to.deep.equal(last);
      }),
    );
  });

  it("have the newest first, and keep their order after a rollback", () => {
    fc.assert(
      fc.property(ups, release, (runs, last) => {
        const before = after(runs).map(({ id }) => id);
        const others = before.filter((id) => id !== last.id);
        const ids = (where: "newest" | "unchanged"): string[] =>
          recordRelease(after(runs), last, where).map(({ id }) => id);
        expect(ids("newest")).to.deep.equal([last.id, ...others].slice(0, KEPT));
        if (before.includes(last.id)) expect(ids("unchanged")).to.deep.equal(before);
      }),
    );
  });

  it("do not change with an up that changes nothing, at any revision", () => {
    fc.assert(
      fc.property(ups, release, place, fc.string(), (runs, last, where, revision) => {
        const once = recordRelease(after(runs), last, where);
        expect(recordRelease(once, { ...last, revision }, where)).to.deep.equal(once);
      }),
    );
  });

  it("get the commit that has their sources, as soon as there is one", () => {
    const [dirty, clean] = [madeUpRelease("a", { revision: "abc+" }), madeUpRelease("a", { revision: "def" })];
    const revisions = (...runs: readonly Release[]): string[] =>
      after(runs.map((run) => [run, "newest"])).map(({ revision }) => revision);
    expect(revisions(dirty, clean)).to.deep.equal(["def"]);
    expect(revisions(clean, dirty)).to.deep.equal(["def"]);
    expect(revisions(dirty, madeUpRelease("a"))).to.deep.equal(["abc+"]);
  });

  it("are read back from outputs as they were written", () => {
    fc.assert(
      fc.property(ups, (runs) => {
        const releases = after(runs);
        const running = releases[0]?.id ?? "";
        const outputs: unknown = JSON.parse(JSON.stringify({ release: running, releases, endpoint: "" }));
        expect(parseHistory(outputs)).to.deep.equal({ running, releases });
      }),
    );
  });

  it("are empty if the outputs are another program's, and leave out broken releases", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), fc.anything(), (outputs, releases) => {
        for (const found of [parseHistory(outputs), parseHistory({ release: "r", releases })]) {
          expect(found).to.deep.equal({ running: "", releases: [] });
        }
      }),
    );
  });

  const whole = madeUpRelease("a");
  const llm = { ...whole.services["llm"] };
  const broken: readonly object[] = [
    { id: "7" },
    { accelerator: "tpu" },
    { repository: 7 },
    { services: [] },
    { services: { llm: { ...llm, ref: "images:llm" } } },
    { services: { llm: null } },
    { backing: { debian: "images:debian" } },
    { from: { stack: "" } },
  ];
  for (const changes of broken) {
    it(`do not include a release with ${JSON.stringify(changes)}`, () => {
      const outputs = { release: whole.id, releases: [{ ...whole, ...changes }] };
      expect(parseHistory(outputs)).to.deep.equal({ running: "", releases: [] });
    });
  }
});

describe("the id of a release", () => {
  const images = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.constantFrom("a", "b", "c"), { minKeys: 1 });
  const refs = (words: Readonly<Record<string, string>>, where: string): Record<string, string> =>
    Object.fromEntries(Object.entries(words).map(([name, word]) => [name, `${where}:${name}@${digest(word)}`]));

  it("is the same for the same digests, in any repository and any order", () => {
    fc.assert(
      fc.property(images, (words) => {
        const reversed = Object.fromEntries(Object.entries(words).reverse());
        expect(releaseId(refs(words, "a.b/dev/images"))).to.equal(releaseId(refs(reversed, "c.d/prod/images")));
        expect(releaseId(refs(words, "a.b/c"))).to.match(/^r[0-9a-f]{8}$/);
      }),
    );
  });

  it("differs for other digests", () => {
    fc.assert(
      fc.property(images, images, (some, others) => {
        const same = JSON.stringify(Object.entries(some).sort()) === JSON.stringify(Object.entries(others).sort());
        expect(releaseId(refs(some, "a.b/c")) === releaseId(refs(others, "a.b/c"))).to.equal(same);
      }),
    );
    expect(Object.keys(imagesOf(madeUpRelease("a")))).to.have.members(["llm", "vad", "debian", "haproxy", "redis"]);
  });
});
