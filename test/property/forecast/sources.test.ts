import { expect } from "chai";
import fc from "fast-check";
import { parseHistory, secondsByStage, type Build } from "../../../components/forecast/history.ts";
import { newBytes, ownLayers, parseStoredImage, type StoredImage } from "../../../components/forecast/layers.ts";

const stage = fc.stringMatching(/^[a-z][a-z0-9]{0,6}(?:-[a-z]{1,5})?$/);
// From 1970 to 2100, in which ISO times have four digits for the year.
const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
const builds: fc.Arbitrary<readonly Build[]> = fc.array(
  fc.record({ stage, began: time, seconds: fc.nat(1e7).map((milliseconds) => milliseconds / 1000) }),
  { maxLength: 20 },
);

/** A line of `docker buildx history ls --format json`. */
const line = ({ stage: of, began, seconds }: Build): string =>
  JSON.stringify({
    name: `.morgan/contexts/${of}-0123456789abcdef`,
    created_at: new Date(began).toISOString(),
    completed_at: new Date(began + Math.round(seconds * 1000)).toISOString(),
    status: "Completed",
    cached_steps: 1,
    total_steps: 2,
  });

describe("any history of BuildKit", () => {
  it("is read back, whatever lines are between", () => {
    const noise = fc.array(fc.oneof(fc.string(), fc.json(), fc.constant("{}")), { maxLength: 3 });
    fc.assert(
      fc.property(builds, noise, (all, others) => {
        const text = [...others, ...all.flatMap((build) => [line(build), ...others])].join("\n");
        expect(parseHistory(text)).to.deep.equal(all);
      }),
    );
  });

  it("gives at most three builds of each stage, and none that it leaves out is newer", () => {
    fc.assert(
      fc.property(builds, (all) => {
        const found = secondsByStage(all);
        expect(Object.keys(found)).to.have.members([...new Set(all.map((build) => build.stage))]);
        for (const [name, seconds] of Object.entries(found)) {
          const own = all.filter((build) => build.stage === name).toSorted((a, b) => b.began - a.began);
          expect(seconds).to.deep.equal(own.slice(0, 3).map((build) => build.seconds));
        }
      }),
    );
  });
});

const blob = fc.record({ digest: fc.stringMatching(/^sha256:[0-9a-f]{1}$/), size: fc.nat(1e9) });
/** A digest stands for one content, so for one size. */
const images: fc.Arbitrary<readonly StoredImage[]> = fc
  .array(fc.array(blob, { maxLength: 6 }), { maxLength: 4 })
  .map((all) => {
    const sizes = new Map(all.flat().map(({ digest, size }) => [digest, size]));
    return all.map((layers) => ({
      layers: layers.map(({ digest }) => ({ digest, size: sizes.get(digest) ?? 0 })),
      rest: 0,
    }));
  });

describe("the layers of any images", () => {
  it("are counted once each, and not at all if they were there before", () => {
    fc.assert(
      fc.property(images, fc.nat(4), (all, count) => {
        const [before, after] = [all.slice(0, count), all.slice(count)];
        const sizes = new Map(all.flatMap(({ layers }) => layers.map(({ digest, size }) => [digest, size])));
        const known = new Set(before.flatMap(({ layers }) => layers.map(({ digest }) => digest)));
        const digests = after.flatMap(({ layers }) => layers.map(({ digest }) => digest));
        const added = new Set(digests.filter((digest) => !known.has(digest)));
        expect(newBytes(after, before)).to.equal([...added].reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0));
        expect(newBytes(after, all)).to.equal(0);
        for (const image of after)
          expect(ownLayers(image, before)).to.deep.equal(image.layers.filter(({ digest }) => added.has(digest)));
      }),
    );
  });

  it("come back from their manifest, and a text that is none is never an error", () => {
    fc.assert(
      fc.property(images, blob, fc.oneof(fc.string(), fc.json()), (all, config, other) => {
        for (const { layers } of all) {
          const text = JSON.stringify({ config, layers });
          expect(parseStoredImage(text)).to.deep.equal({ layers, rest: config.size + text.length });
        }
        expect(parseStoredImage(other)).to.equal(undefined);
      }),
    );
  });
});
