import { expect } from "chai";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { MorganStack } from "../../../components/stack.ts";
import { FACTS, fakeEngine, stackConfig, type ConfigChanges } from "../support/config.ts";
import { useProject } from "../support/project.ts";
import { record, type Registered } from "../support/registrations.ts";

async function gate(changes: ConfigChanges = {}): Promise<Registered> {
  const all = await record(
    () =>
      new MorganStack("morgan", { config: stackConfig(changes), engine: fakeEngine(), facts: FACTS, gpuPlan: NO_GPU }),
  );
  return all.get("command", "settled");
}

const task = ({ inputs }: Registered): Readonly<Record<string, unknown>> =>
  JSON.parse(String(inputs["stdin"])) as Readonly<Record<string, unknown>>;

describe("the last step of a deployment", () => {
  useProject();

  it("gets every container that runs, the registry too, but no files container", async () => {
    const services = ["core", "llm", "tts", "stt", "vad"];
    const ids = [...services, "gateway", "redis", "postgres", "registry"].map((name) => `${name}-id`);
    expect(task(await gate())["containers"]).to.have.members(ids);
  });

  it("depends on all containers", async () => {
    const { dependsOn } = await gate();
    expect(dependsOn).to.include.members([
      "core",
      "llm",
      "tts",
      "stt",
      "vad",
      "gateway",
      "redis",
      "postgres",
      "registry",
    ]);
  });

  it("limits the processes of containers, and watches new containers for the configured time", async () => {
    expect(task(await gate())).to.include({ pidsLimit: 512, minReady: 0, startLimit: 60_000 });
    expect(task(await gate({ release: { minReady: "5 s" }, accelerator: "cuda" }))).to.include({
      minReady: 5000,
      startLimit: 180_000,
    });
  });

  it("passes the watched containers on from one run to the next", async () => {
    const { inputs } = await gate();
    expect(inputs["create"]).to.equal("node components/deploy/readiness/main.ts");
    expect(inputs).not.to.have.property("addPreviousOutputInEnv");
    expect(inputs, "a trigger would replace it, and its output would be lost").not.to.have.property("triggers");
  });
});
