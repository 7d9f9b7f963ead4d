import { expect } from "chai";
import { connectEngine } from "../../components/engine/engine.ts";
import { systemClock } from "../../components/deploy/readiness/clock.ts";
import { engineContainers } from "../../components/deploy/readiness/containers.ts";
import { watchUntilReady } from "../../components/deploy/readiness/watch.ts";
import { containersOf, docker } from "./support/engine.ts";
import { sharedStack } from "./support/shared-stack.ts";
import { engineAddress } from "../../toolchain/lib/engine-address.mjs";

/** So many that one of them probably ends at the moment at which the gate sets its limit of processes. */
const CRASHING = 12;

describe("the readiness gate, for containers that end again and again", () => {
  const ids: string[] = [];

  before(async () => {
    const image = containersOf((await sharedStack()).name)["core"]?.Config.Image ?? "";
    // Without a label of the stack, because these containers are not part of it.
    const health = ["--health-cmd", "/bin/true", "--health-interval", "1h"];
    const run = ["run", "--detach", "--restart", "always", "--network", "none", ...health];
    for (let index = 0; index < CRASHING; index += 1) {
      ids.push(docker(...run, "--entrypoint", "/bin/sleep", image, "0.1").trim());
    }
  });

  after(() => {
    docker("rm", "--force", "--volumes", ...ids);
  });

  it("the gate reports each ended and each missing container, even if the engine refuses a limit", async () => {
    const gone = "0".repeat(64);
    const task = { containers: [...ids, gone], watchedBefore: [], pidsLimit: 100, minReady: 0, startLimit: 5_000 };
    const failures = await watchUntilReady(
      task,
      engineContainers(connectEngine(engineAddress(process.env))),
      systemClock,
      () => undefined,
    );
    const reasons = Object.fromEntries(failures.map(({ state, reason, stopped }) => [state.id, { reason, stopped }]));
    expect(Object.keys(reasons)).to.have.members(task.containers);
    expect(reasons[gone]).to.deep.equal({ reason: "it was removed", stopped: false });
    for (const id of ids) expect(reasons[id]?.reason).to.match(/^its process ended \d+ times$/);
  });
});
