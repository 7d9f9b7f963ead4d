import { expect } from "chai";
import fc from "fast-check";
import { withoutFrames } from "../../../components/engine/log-frames.ts";

const stream = fc.constantFrom(1, 2);
const payload = fc.string({ unit: "grapheme" }).map((text) => Buffer.from(text));

/** A frame as the engine sends it. */
function frame([number, content]: readonly [number, Buffer]): Buffer {
  const header = Buffer.alloc(8);
  header[0] = number;
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
}

describe("the frames of a log", () => {
  it("are taken off, and the order of the two outputs stays", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(stream, payload)), (parts) => {
        const written = Buffer.concat(parts.map(([, content]) => content)).toString();
        expect(withoutFrames(Buffer.concat(parts.map(frame)))).to.equal(written);
      }),
    );
  });

  it("may cut a character in two", () => {
    const letter = Buffer.from("ä");
    const parts = [letter.subarray(0, 1), letter.subarray(1)].map((part) => frame([1, part]));
    expect(withoutFrames(Buffer.concat(parts))).to.equal("ä");
  });

  it("may be cut off: the part that came is returned", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]+$/), fc.nat(), (text, cut) => {
        const left = cut % text.length;
        const bytes = frame([2, Buffer.from(text)]);
        expect(withoutFrames(bytes.subarray(0, bytes.length - left))).to.equal(text.slice(0, text.length - left));
      }),
    );
  });

  it("are none in the log of a container with a terminal", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~][ -~\n]*$/), (text) => {
        expect(withoutFrames(Buffer.from(text))).to.equal(text);
      }),
    );
  });
});
