import { expect } from "chai";
import fc from "fast-check";
import { describeOutputs, isOutputs, type Outputs } from "../../../cli/stack/outputs.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,12}$/);
const size = fc.record({ compressed: fc.nat(), unpacked: fc.nat({ max: 2 ** 40 }) });
const image = fc.record({
  ref: fc.stringMatching(/^[a-z0-9.:/]{1,30}@sha256:[0-9a-f]{64}$/),
  digest: fc.string(),
  size,
});
const health = fc.constantFrom("healthy", "starting", "unhealthy", "gone");
const running = fc.record({
  address: fc.constant("http://gateway:8000"),
  health,
  device: fc.constantFrom("cpu", "GPU-1"),
});
const outputs: fc.Arbitrary<Outputs> = fc.record({
  endpoint: fc.constantFrom("http://127.0.0.1:8080"),
  images: fc.dictionary(name, image, { noNullPrototype: true }),
  services: fc.dictionary(name, running, { noNullPrototype: true }),
  registry: fc.constantFrom("127.0.0.1:5101/morgan"),
  release: fc.constant("r0a1b2c3d"),
  releases: fc.constant([]),
});

describe("a stack's outputs for people", () => {
  it("have one line for each service's image, with its health, its sizes and its reference", () => {
    fc.assert(
      fc.property(outputs, (given) => {
        const lines = describeOutputs(given).trimEnd().split("\n").slice(5);
        expect(lines).to.have.length(Object.keys(given.images).length);
        for (const [index, [service, { ref, size: bytes }]] of Object.entries(given.images).entries()) {
          const cells = (lines[index] ?? "").split(/ {2,}/);
          const megabytes = [bytes.unpacked, bytes.compressed].map((value) => `${(value / 1e6).toFixed(1)} MB`);
          const found = Object.hasOwn(given.services, service) ? given.services[service] : undefined;
          const state = [found?.health ?? "not running", found?.device ?? "-"];
          expect(cells).to.deep.equal([service, ...state, ...megabytes, ref]);
        }
      }),
    );
  });

  it("are in columns", () => {
    fc.assert(
      fc.property(outputs, (given) => {
        const table = describeOutputs(given).trimEnd().split("\n").slice(4);
        const starts = table.map((line) => line.lastIndexOf("  ") + 2);
        expect(new Set(starts), table.join("\n")).to.have.property("size", 1);
      }),
    );
  });

  it("name the address of the stack and the repository of its images", () => {
    fc.assert(
      fc.property(outputs, (given) => {
        const [, endpoint, registry] = describeOutputs(given).split("\n");
        expect([endpoint, registry]).to.deep.equal([`endpoint  ${given.endpoint}`, `registry  ${given.registry}`]);
      }),
    );
  });
});

describe("the outputs of a stack", () => {
  it("are recognised", () => {
    fc.assert(
      fc.property(outputs, (given) => {
        expect(isOutputs(given)).to.equal(true);
      }),
    );
  });

  for (const other of [undefined, null, "", [], {}, { endpoint: "", images: {} }]) {
    it(`are not ${JSON.stringify(other)}`, () => {
      expect(isOutputs(other)).to.equal(false);
    });
  }
});
