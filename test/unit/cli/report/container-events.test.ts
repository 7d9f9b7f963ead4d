import { expect } from "chai";
import { watchContainers } from "../../../../cli/report/container-events.ts";
import type { EngineEvent, EventFilter } from "../../../../components/engine/events.ts";
import { roleLabels } from "../../../../components/engine/labels.ts";
import { fakeEngine } from "../../support/config.ts";

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
    happens({ at: 1, action: "kill", id: "c1", labels: roleLabels("dev", "gateway") });
    happens({ at: 2, action: "die", id: "c2", labels: {} });
    expect(watch.stop()).to.deep.equal([
      { at: 1, action: "kill", id: "c1", role: "gateway" },
      { at: 2, action: "die", id: "c2", role: "" },
    ]);
    expect(isOver).to.equal(true);
    const labels = { "morgan.stack": "dev" };
    expect(filters).to.deep.equal([{ labels, actions: ["kill", "die", "health_status"] }]);
  });
});
