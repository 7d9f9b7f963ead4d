import { expect } from "chai";
import { engineContainers } from "../../../../components/deploy/readiness/containers.ts";
import type { InspectedContainer } from "../../../../components/engine/containers.ts";
import { roleLabels } from "../../../../components/engine/labels.ts";
import { IDENTITY } from "../../support/config.ts";
import { container, engineWith } from "../../support/containers.ts";

describe("the stand-in of a container", () => {
  const has = (...others: readonly InspectedContainer[]): Promise<boolean> =>
    engineContainers(engineWith([container("new", "core", { health: "unhealthy" }), ...others]), IDENTITY).hasStandIn(
      "new",
    );

  it("is a healthy container of the same role", async () => {
    expect(await has(container("old", "core"))).to.equal(true);
  });

  it("is no container of the same role and name of another state", async () => {
    const elsewhere = roleLabels({ ...IDENTITY, id: "another" }, "core");
    expect(await has(container("theirs", "core", { labels: elsewhere }))).to.equal(false);
  });

  it("is no container of another role or another stack", async () => {
    const elsewhere = roleLabels({ ...IDENTITY, stack: "prod" }, "core");
    expect(await has(container("llm", "llm"), container("prod", "core", { labels: elsewhere }))).to.equal(false);
  });

  it("is no container that is stopped or not healthy", async () => {
    const stopped = container("stopped", "core", { status: "exited" });
    expect(await has(stopped, container("starting", "core", { health: "starting" }))).to.equal(false);
  });

  it("is not the container itself", async () => {
    expect(await engineContainers(engineWith([container("one", "core")]), IDENTITY).hasStandIn("one")).to.equal(false);
  });

  it("is none for a container that is gone", async () => {
    expect(await engineContainers(engineWith([container("old", "core")]), IDENTITY).hasStandIn("gone")).to.equal(false);
  });
});

describe("the states of containers", () => {
  it("leave out a container that is gone", async () => {
    const [one] = await engineContainers(engineWith([container("one", "core")]), IDENTITY).states(["one", "gone"]);
    expect(one).to.include({ id: "one", health: "healthy" });
  });
});
