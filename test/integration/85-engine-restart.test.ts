import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { containersOf, idsOf } from "./support/engine.ts";
import { chat, historyOf } from "./support/requests.ts";
import { restartEngine } from "./support/restart-engine.ts";
import { sharedStack } from "./support/shared-stack.ts";

/** The time in milliseconds in which every container has to become healthy again. */
const LIMIT = 240_000;

describe("a restart of the engine", () => {
  it("every container is healthy after a restart, with its data, and an up changes nothing", async () => {
    const stack = await sharedStack();
    // Another configuration makes the gateway reload. Docker 28.5.2 does not restart a container to which it has sent a
    // signal, so this proves that the reload sends its signal from inside the container.
    await stack.configure({ rateLimit: "1000000" });
    await stack.up();
    const { endpoint } = await stack.outputs();
    const answer = await chat(endpoint, "see you after the restart");
    expect(answer.status).to.equal(200);
    const { session_id: session } = answer.body as { session_id: string };
    const ids = idsOf(stack.name);

    await restartEngine();

    const until = Date.now() + LIMIT;
    const unhealthy = (): string[] =>
      Object.entries(containersOf(stack.name)).flatMap(([role, { State }]) =>
        State.Health?.Status === "healthy" ? [] : [`${role} ${State.Status} ${State.Health?.Status ?? ""}`],
      );
    while (unhealthy().length > 0 && Date.now() < until) await sleep(500);
    expect(unhealthy()).to.deep.equal([]);
    expect(idsOf(stack.name)).to.deep.equal(ids);
    expect(await historyOf(endpoint, session)).to.include("see you after the restart");
    expect((await chat(endpoint, "here I am")).status).to.equal(200);
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });
});
