import { expect } from "chai";
import { watchContainers } from "../../../components/engine/gaps.ts";
import type { EngineEvent, EventFilter } from "../../../components/engine/events.ts";
import { roleLabels } from "../../../components/engine/labels.ts";
import { fakeEngine, IDENTITY } from "../support/config.ts";

describe("a watch over the containers of a stack", () => {
  it("returns their events with the role of each container, and ends", () => {
    const filters: EventFilter[] = [];
    let isOver = false;
    let happens: (event: EngineEvent) => void = () => undefined;
    const engine = fakeEngine({
      watchContainers(filter, note) {
        filters.push(filter);
        happens = note;
        return () => (isOver = true);
      },
    });
    const watch = watchContainers(engine, "dev");
    const legacy = { ...IDENTITY, id: undefined, legacy: true };
    happens({ at: 1, action: "kill", id: "c1", labels: roleLabels(IDENTITY, "gateway") });
    happens({ at: 2, action: "die", id: "c2", labels: roleLabels(legacy, "core") });
    happens({ at: 3, action: "die", id: "c3", labels: roleLabels({ ...IDENTITY, id: "another" }, "core") });
    expect(watch.stop({ ...IDENTITY, legacy: true })).to.deep.equal([
      { at: 1, action: "kill", id: "c1", role: "gateway" },
      { at: 2, action: "die", id: "c2", role: "core" },
    ]);
    expect(isOver).to.equal(true);
    const labels = { "morgan.stack": "dev" };
    expect(filters).to.deep.equal([{ labels, actions: ["start", "kill", "die", "health_status"] }]);
  });
});
