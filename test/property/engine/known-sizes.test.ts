import { expect } from "chai";
import fc from "fast-check";
import { parseSizes, withKnownSizes } from "../../../components/engine/known-sizes.ts";
import { fakeEngine } from "../../unit/support/config.ts";

const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const pinned = digest.map((hash) => `127.0.0.1:5000/morgan/images:core.dev@sha256:${hash}`);
const positive = fc.integer({ min: 1 });
const size = fc.record({ compressed: positive, unpacked: positive });

describe("the sizes in a stack's outputs", () => {
  it("are reused, so that the engine is called only for other images", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.record({ ref: pinned, size })), pinned, async (images, other) => {
        const asked: string[] = [];
        const engine = withKnownSizes(
          fakeEngine({
            imageSize(ref) {
              asked.push(ref);
              return Promise.resolve({ compressed: 0, unpacked: 0 });
            },
          }),
          parseSizes({ images }),
        );
        // Two images of one reference cannot differ; the last one counts.
        const sizes = new Map(Object.values(images).map((image) => [image.ref, image.size]));
        for (const [ref, known] of sizes) expect(await engine.imageSize(ref)).to.deep.equal(known);
        await engine.imageSize(other);
        expect(asked).to.deep.equal(sizes.has(other) ? [] : [other]);
      }),
    );
  });

  it("are empty for other outputs, and for an image without a digest", () => {
    const unnamed = fc.oneof(fc.constant("127.0.0.1:5000/morgan/images:core.dev"), fc.anything());
    const unsized = fc.oneof(
      fc.record({ compressed: positive, unpacked: fc.constantFrom(0, -1, 1.5, NaN, "1") }),
      fc.anything(),
    );
    const broken = fc.oneof(fc.record({ ref: unnamed, size }), fc.record({ ref: pinned, size: unsized }));
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record({ images: fc.dictionary(fc.string(), broken) })), (outputs) => {
        expect(parseSizes(outputs).size).to.equal(0);
      }),
    );
  });
});
