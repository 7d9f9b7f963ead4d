import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { containersOf, idsOf } from "./support/engine.ts";
import { chat, historyOf } from "./support/requests.ts";
import { restartEngine } from "./support/restarted-engine.ts";
import { sharedStack } from "./support/shared-stack.ts";

/** How long everything may take to become healthy again, in milliseconds. */
const LIMIT = 240_000;

describe("a restart of the engine", () => {
  it("brings everything back healthy by itself, with its data, and leaves an up nothing to do", async () => {
    const stack = sharedStack();
    const { endpoint } = await stack.outputs();
    const answer = await chat(endpoint, "see you after the restart");
    expect(answer.status).to.equal(200);
    const { session_id: session } = answer.body as { session_id: string };
    const ids = idsOf(stack.name);

    // The engine does not start again what it takes to be stopped by hand, as a container is that it has sent a signal; the
    // gateway has been told to load its configuration anew by the tests before this one.
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
