import { expect } from "chai";
import fc from "fast-check";
import { timelineOf } from "../../../components/forecast/timeline.ts";

const BEGAN = 1_000_000;
const time = fc.integer({ min: BEGAN - 5000, max: BEGAN + 60_000 });
const word = fc.constantFrom("core", "llm", "redis");
const event = fc.record({
  at: time,
  action: fc.constantFrom("start", "kill", "die", "health_status: healthy", "health_status: unhealthy"),
  id: fc.constantFrom("a", "b", "c"),
  role: word,
});
const build = fc.record({ stage: word, began: time, seconds: fc.double({ min: 0, max: 100, noNaN: true }) });

describe("the timeline of any up", () => {
  const of = (builds: Parameters<typeof timelineOf>[0]["builds"], events: Parameters<typeof timelineOf>[0]["events"]) =>
    timelineOf({ began: BEGAN, now: BEGAN + 50_000, builds, events });

  it("has every part between its beginning and its end, the earlier parts first", () => {
    fc.assert(
      fc.property(fc.array(build), fc.array(event), (builds, events) => {
        const { seconds, builds: built, containers } = of(builds, events);
        for (const spans of [built, containers]) {
          for (const { from, to } of spans)
            expect([0, from, to, seconds]).to.deep.equal([0, from, to, seconds].toSorted((a, b) => a - b));
          expect(spans.map(({ from }) => from)).to.deep.equal(spans.map(({ from }) => from).toSorted((a, b) => a - b));
        }
      }),
    );
  });

  it("does not depend on the order in which builds and events are known", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(build, { selector: ({ began }) => began }),
        fc.uniqueArray(event, { selector: ({ at }) => at }),
        (builds, events) => {
          expect(of(builds.toReversed(), events.toReversed())).to.deep.equal(of(builds, events));
        },
      ),
    );
  });

  it("has a container for each start that a good health check followed, and no other", () => {
    fc.assert(
      fc.property(fc.nat(9), fc.nat(9), (ready, others) => {
        const events = Array.from({ length: ready + others }, (_, index) => {
          const id = String(index);
          const start = { at: BEGAN + index, action: "start", id, role: "core" };
          return index < ready
            ? [
                start,
                { at: BEGAN + 1000, action: "health_status: healthy", id, role: "core" },
                { at: BEGAN + 2000, action: "health_status: healthy", id, role: "core" },
              ]
            : [start];
        });
        expect(of([], events.flat()).containers).to.have.lengthOf(ready);
      }),
    );
  });
});
