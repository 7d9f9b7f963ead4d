import { expect } from "chai";
import { engineContainers } from "../../../../components/deploy/readiness/containers.ts";
import type { InspectedContainer } from "../../../../components/engine/containers.ts";
import { container, engineWith } from "../../support/containers.ts";

describe("the stand-in of a container", () => {
  const has = (...others: readonly InspectedContainer[]): Promise<boolean> =>
    engineContainers(engineWith([container("new", "core", { health: "unhealthy" }), ...others])).hasStandIn("new");

  it("is a healthy container of the same role", async () => {
    expect(await has(container("old", "core"))).to.equal(true);
  });

  it("is no container of another role or another stack", async () => {
    const elsewhere = { "morgan.stack": "prod", "morgan.role": "core" };
    expect(await has(container("llm", "llm"), container("prod", "core", { labels: elsewhere }))).to.equal(false);
  });

  it("is no container that is stopped or not healthy", async () => {
    const stopped = container("stopped", "core", { status: "exited" });
    expect(await has(stopped, container("starting", "core", { health: "starting" }))).to.equal(false);
  });

  it("is not the container itself", async () => {
    expect(await engineContainers(engineWith([container("one", "core")])).hasStandIn("one")).to.equal(false);
  });

  it("is none for a container that is gone", async () => {
    expect(await engineContainers(engineWith([container("old", "core")])).hasStandIn("gone")).to.equal(false);
  });
});

describe("the states of containers", () => {
  it("leave out a container that is gone", async () => {
    const [one] = await engineContainers(engineWith([container("one", "core")])).states(["one", "gone"]);
    expect(one).to.include({ id: "one", health: "healthy" });
  });
});
