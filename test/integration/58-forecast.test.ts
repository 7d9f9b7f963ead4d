import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { secondsByStage } from "../../components/forecast/history.ts";
import { parseLastUp } from "../../components/forecast/parse-last-up.ts";
import { forecastSources, type ForecastSources } from "../../components/forecast/sources.ts";
import { httpText } from "../../components/host/http.ts";
import type { LastUp } from "../../components/plan/last-up.ts";
import { runProgram } from "../../components/system/run-program.ts";
import { containersOf } from "./support/engine.ts";
import { freePort } from "./support/project.ts";
import { manifestOf } from "./support/registry.ts";
import { bytesOf, trafficSince } from "./support/registry-traffic.ts";
import { sharedStack } from "./support/shared-stack.ts";
import type { TestStack } from "./support/test-stack.ts";

describe("the forecast of an up, on the real engine and registry", () => {
  let stack: TestStack;
  let sources: ForecastSources;

  before(async () => {
    stack = await sharedStack();
    const host = (await stack.outputs()).registry.split("/")[0] ?? "";
    const route = { certificates: "", proxy: { url: "", except: [] } };
    sources = forecastSources({ run: runProgram, httpText }, "default", { host, isPlain: true, route });
  });

  const lastUp = async (): Promise<LastUp> => {
    const found = parseLastUp(await stack.outputs());
    if (found === undefined) throw new Error("the stack recorded no up");
    return found;
  };

  const upWithLine = async (line: string): Promise<LastUp> => {
    appendFileSync(join(stack.folder, "services/core/morgan_core/__main__.py"), `# ${line}\n`);
    await stack.up();
    return lastUp();
  };

  it("has seconds and bytes from the third up on, and the bytes are those that the registry got", async () => {
    await upWithLine("a line before the first forecast");
    const began = new Date();
    const { plan, cost, images } = await upWithLine("a line with a forecast");
    expect(plan.forecast.unknown).to.deep.equal([]);
    expect(plan.forecast.seconds).to.be.greaterThan(0);
    const pushed = await bytesOf(
      trafficSince(containersOf(stack.name)["registry"]?.Id ?? "", began),
      (await stack.outputs()).registry,
    );
    expect(cost.bytes).to.equal(pushed);
    // The line is of another length, and so is its compressed layer.
    expect(plan.forecast.bytes).to.be.within(pushed * 0.9, pushed * 1.1);
    expect(images["core"]?.seconds.length).to.be.within(2, 3);
    expect(stack.printed).to.match(/it took .* s and .* kB; the forecast was .* s and .* kB/);
  });

  it("comes from BuildKit's history of the stage, and from the image in the registry", async () => {
    const [core] = (await lastUp()).images["core"]?.seconds ?? [];
    const builds = secondsByStage(await sources.builds())["core"] ?? [];
    expect(builds.map((seconds) => Math.round(seconds * 100) / 100)).to.include(core);
    const { ref } = (await stack.outputs()).images["core"] ?? { ref: "" };
    const { layers } = await manifestOf(ref);
    const digests = layers.map(({ digest, size }) => ({ digest, size }));
    expect((await sources.image(ref))?.layers).to.deep.equal(digests);
  });

  it("stays as it is after an up that changes nothing", async () => {
    const before = await lastUp();
    await stack.up({ expectNoChanges: true });
    expect(await lastUp()).to.deep.equal(before);
  });

  it("has the interruption that the last replacement of the same container made", async () => {
    const port = String(stack.gatewayPort);
    await stack.configure({ gatewayPort: String(await freePort()) });
    await stack.up();
    const interruption = (await lastUp()).containers["gateway"]?.interruption;
    expect(interruption).to.be.greaterThan(0);
    await stack.configure({ gatewayPort: port });
    await stack.up();
    const gateway = (await lastUp()).plan.containers.find(({ name }) => name === "gateway");
    expect(gateway?.interrupts?.milliseconds).to.equal(interruption);
  });
});
