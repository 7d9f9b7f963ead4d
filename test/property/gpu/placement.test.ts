import { expect } from "chai";
import fc from "fast-check";
import { placeServices, type Demand, type Device } from "../../../components/gpu/placement.ts";

const memory = fc.integer({ min: 1, max: 80_000 });
const devices = fc
  .array(fc.record({ totalMiB: memory, othersMiB: fc.integer({ min: 0, max: 20_000 }) }), { maxLength: 4 })
  .map((gpus) => gpus.map((gpu, index): Device => ({ id: String(index), names: [], name: "", ...gpu })));
const demands = fc
  .array(fc.record({ vramMiB: memory, current: fc.option(fc.constantFrom("0", "1", "2", "3"), { nil: undefined }) }), {
    maxLength: 8,
  })
  .map((wanted) => wanted.map((demand, index): Demand => ({ service: `service-${String(index)}`, ...demand })));

describe("a placement", () => {
  it("has every service once, on an existing device or among those that do not fit", () => {
    fc.assert(
      fc.property(devices, demands, (gpus, wanted) => {
        const { placements, unplaced } = placeServices(gpus, wanted);
        const names = [...placements.keys(), ...unplaced.map(({ service }) => service)];
        expect(names).to.have.members(wanted.map(({ service }) => service));
        for (const { device } of placements.values()) expect(gpus.map(({ id }) => id)).to.include(device);
      }),
    );
  });

  it("never fills a device beyond its memory, and with new services never beyond its free memory", () => {
    fc.assert(
      fc.property(devices, demands, (gpus, wanted) => {
        const { placements } = placeServices(gpus, wanted);
        for (const { id, totalMiB, othersMiB } of gpus) {
          const here = [...placements].filter(([, { device }]) => device === id);
          const used = here.reduce((sum, [, { vramMiB }]) => sum + vramMiB, 0);
          expect(used).to.be.at.most(totalMiB);
          const newcomer = here.some(([name]) => wanted.find(({ service }) => service === name)?.current !== id);
          if (newcomer) expect(used + othersMiB).to.be.at.most(totalMiB);
        }
      }),
    );
  });

  it("has room for every second container of a create-first rollout at once", () => {
    fc.assert(
      fc.property(devices, demands, (gpus, wanted) => {
        const { placements } = placeServices(gpus, wanted);
        for (const { id, totalMiB, othersMiB } of gpus) {
          const here = [...placements].filter(([, { device }]) => device === id);
          const running = (name: string): boolean => wanted.find(({ service }) => service === name)?.current === id;
          const doubled = here.filter(([name, { rollout }]) => running(name) && rollout === "create-first");
          if (doubled.length === 0) continue;
          const sum = [...here, ...doubled].reduce((total, [, { vramMiB }]) => total + vramMiB, 0);
          expect(sum + othersMiB).to.be.at.most(totalMiB);
        }
      }),
    );
  });

  it("that is planned again moves nothing", () => {
    fc.assert(
      fc.property(devices, demands, (gpus, wanted) => {
        const { placements } = placeServices(gpus, wanted);
        const running = wanted.map((demand) => ({ ...demand, current: placements.get(demand.service)?.device }));
        const again = placeServices(gpus, running).placements;
        for (const [service, { device }] of placements) expect(again.get(service)?.device).to.equal(device);
      }),
    );
  });

  it("has every service that fits on an empty device", () => {
    fc.assert(
      fc.property(memory, memory, (totalMiB, vramMiB) => {
        const { unplaced } = placeServices(
          [{ id: "0", names: ["0"], name: "", totalMiB, othersMiB: 0 }],
          [{ service: "stt", vramMiB, current: undefined }],
        );
        expect(unplaced.length).to.equal(vramMiB <= totalMiB ? 0 : 1);
      }),
    );
  });
});
