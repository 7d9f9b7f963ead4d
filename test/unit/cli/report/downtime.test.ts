import { expect } from "chai";
import { describeGaps } from "../../../../cli/report/downtime.ts";
import { gapsIn, type ContainerEvent } from "../../../../components/engine/gaps.ts";

/** "5.5 old die" as an event of the role tts; "gateway:old" names another. */
function events(...lines: readonly string[]): ContainerEvent[] {
  return lines.map((line) => {
    const [seconds, name = "", word = ""] = line.split(" ");
    const [role = "", id = ""] = name.includes(":") ? name.split(":") : ["tts", name];
    const action = word === "healthy" || word === "unhealthy" ? `health_status: ${word}` : word;
    return { at: Number(seconds) * 1000, action, id, role };
  });
}

describe("the gap of a rollout", () => {
  it("begins with the stop of the old container and ends when the new one is healthy", () => {
    const found = gapsIn(events("1 old kill", "6 old die", "8.3 new healthy"));
    expect(found).to.deep.equal([{ role: "tts", length: 7300 }]);
    expect(describeGaps(found)).to.deep.equal(["tts: no container served for 7.3 s (replaced stop-first)"]);
  });

  it("begins with the death of the old container if nothing stopped it", () => {
    expect(gapsIn(events("2 old die", "3 new healthy"))).to.deep.equal([{ role: "tts", length: 1000 }]);
  });

  it("is none if the new container is healthy before the old one stops", () => {
    expect(gapsIn(events("1 new healthy", "2 old kill", "3 old die"))).to.deep.equal([]);
  });

  it("is none if a container is new, or is gone for good", () => {
    expect(gapsIn(events("1 new healthy"))).to.deep.equal([]);
    expect(gapsIn(events("1 old kill", "2 old die"))).to.deep.equal([]);
  });

  it("belongs to one role, in whatever order the events come", () => {
    const mixed = events("4 new healthy", "1 gateway:old kill", "2 old kill", "3 gateway:new healthy", "2.5 old die");
    expect(gapsIn(mixed)).to.have.deep.members([
      { role: "gateway", length: 2000 },
      { role: "tts", length: 2000 },
    ]);
  });

  it("is reported each time that no container served: a new container may die too", () => {
    const twice = events("1 old die", "2 new healthy", "3 new die", "5 newer healthy");
    expect(gapsIn(twice).map(({ length }) => length)).to.deep.equal([1000, 2000]);
  });
});
