import { expect } from "chai";
import type { Containers } from "../../../../components/deploy/readiness/containers.ts";
import { watchUntilReady, type Task } from "../../../../components/deploy/readiness/watch.ts";
import {
  describeFailures,
  type ContainerState,
  type Failure,
} from "../../../../components/deploy/readiness/verdict.ts";

const READY = { status: "running", health: "healthy", startedAt: "1", restarts: 0 };
type State = Omit<ContainerState, "id" | "name">;

/** Containers whose state is a function of the time, in milliseconds; they note what is done with them. */
class Story implements Containers {
  time = 0;
  /** Number of times that the engine still refuses to limit a container. */
  refusals = 0;
  readonly done: string[] = [];
  readonly reported: string[] = [];
  readonly #states: Readonly<Record<string, (time: number) => State | undefined>>;
  readonly #standIns: readonly string[];

  constructor(states: Readonly<Record<string, (time: number) => State | undefined>>, standIns: readonly string[] = []) {
    this.#states = states;
    this.#standIns = standIns;
  }

  readonly clock = {
    now: () => this.time,
    sleep: (time: number) => Promise.resolve(void (this.time += time)),
  };
  limit(id: string, pids: number): Promise<void> {
    if (this.refusals-- > 0) return Promise.reject(new Error(`Cannot update container ${id}: container not running`));
    return this.#note(`limit ${id} to ${String(pids)}`);
  }
  states(ids: readonly string[]): Promise<readonly ContainerState[]> {
    return Promise.resolve(
      ids.flatMap((id) => {
        const state = this.#states[id]?.(this.time);
        return state === undefined ? [] : [{ id, name: `morgan-${id}`, ...state }];
      }),
    );
  }
  start(id: string): Promise<void> {
    return this.#note(`start ${id}`);
  }
  stop(id: string): Promise<void> {
    return this.#note(`stop ${id}`);
  }
  hasStandIn(id: string): Promise<boolean> {
    return Promise.resolve(this.#standIns.includes(id));
  }
  log(id: string): Promise<string> {
    return Promise.resolve(`last words of ${id}\n`);
  }
  #note(what: string): Promise<void> {
    this.done.push(what);
    return Promise.resolve();
  }
}

const run = (story: Story, changes: Partial<Task> = {}): Promise<readonly Failure[]> => {
  const task = {
    containers: ["core"],
    watchedBefore: [],
    pidsLimit: 512,
    minReady: 5000,
    startLimit: 60_000,
    ...changes,
  };
  return watchUntilReady(task, story, story.clock, (text) => story.reported.push(text));
};
const reasons = (failures: readonly Failure[]): string[] =>
  failures.map(({ state, reason }) => `${state.id}: ${reason}`);

describe("a deployment is ready", () => {
  it("after every container is limited and the new ones have stayed ready for their time", async () => {
    const story = new Story({ core: () => READY, vad: () => READY, llm: () => undefined });
    expect(await run(story, { containers: ["core", "vad", "llm"], watchedBefore: ["llm"] })).to.deep.equal([]);
    expect(story.done).to.deep.equal(["core", "vad", "llm"].map((id) => `limit ${id} to 512`));
    expect(story.time).to.be.within(5000, 5500);
  });

  it("at once if containers need not stay ready, or none is new", async () => {
    for (const changes of [{ minReady: 0 }, { watchedBefore: ["core"] }]) {
      const story = new Story({ core: () => READY });
      expect(await run(story, changes)).to.deep.equal([]);
      expect(story.time).to.equal(0);
    }
  });

  it("not if a ready container dies, is started again, fails its check or is removed", async () => {
    const ends: Readonly<Record<string, State | undefined>> = {
      "its process ended and was started again": { ...READY, startedAt: "2" },
      "its process ended, and it is exited": { ...READY, status: "exited" },
      'its health check reports "unhealthy"': { ...READY, health: "unhealthy" },
      "it was removed": undefined,
    };
    for (const [reason, end] of Object.entries(ends)) {
      const story = new Story({ core: (time) => (time < 3000 ? READY : end) });
      expect(reasons(await run(story))).to.deep.equal([`core: ${reason}`]);
    }
  });

  it("not if a container is not ready in its time", async () => {
    const story = new Story({ core: () => ({ ...READY, health: "starting" }) });
    expect(reasons(await run(story))).to.deep.equal(['core: it is running, and its health check reports "starting"']);
    expect(story.time).to.be.within(60_000, 60_500);
  });

  it("not if a container ends again and again before it is ready, and fails before the time is over", async () => {
    const crashing = (every: number) => (time: number) => {
      const restarts = Math.floor(time / every);
      return { ...READY, health: "starting", startedAt: String(restarts), restarts };
    };
    const story = new Story({ core: crashing(1000) });
    const failures = await run(story);
    expect(reasons(failures)).to.deep.equal(["core: its process ended 3 times"]);
    expect(story.time).to.be.within(3000, 3500);
    expect(describeFailures(failures)).to.include("morgan-core did not get ready: its process ended 3 times");
  });

  it("and reports every 10 s which containers are not ready, but nothing before that", async () => {
    const slow = new Story({
      core: (time) => ({ ...READY, health: time < 21_000 ? "starting" : "healthy" }),
      vad: () => READY,
    });
    await run(slow, { containers: ["core", "vad"], minReady: 15_000 });
    expect(slow.reported).to.deep.equal([
      "after 10 s waiting for morgan-core (starting), morgan-vad (ready)",
      "after 20 s waiting for morgan-core (starting)",
      "after 30 s waiting for morgan-core (ready)",
    ]);
    const quick = new Story({ core: () => READY });
    await run(quick);
    expect(quick.reported).to.deep.equal([]);
  });

  it("even if a container ends once or twice, and is ready then", async () => {
    const ends = (time: number): State => {
      const restarts = Math.min(2, Math.floor(time / 1000));
      return { ...READY, health: time < 3000 ? "starting" : "healthy", startedAt: String(restarts), restarts };
    };
    expect(await run(new Story({ core: ends }))).to.deep.equal([]);
  });

  it("even if the engine does not limit a container at once, as at the moment at which its process ends", async () => {
    const story = Object.assign(new Story({ core: () => READY }), { refusals: 3 });
    expect(await run(story)).to.deep.equal([]);
    expect(story.done).to.deep.equal(["limit core to 512"]);
  });

  it("not if the engine goes on to refuse the limit, unless a container has failed, which is reported instead", async () => {
    const refusing = Object.assign(new Story({ core: () => READY }), { refusals: 1000 });
    const error = await run(refusing).catch((error: unknown) => error);
    expect(String(error)).to.include("Cannot update container core");
    const ends = (): State => ({ ...READY, health: "starting", restarts: 3 });
    const story = Object.assign(new Story({ core: ends }), { refusals: 1000 });
    expect(reasons(await run(story))).to.deep.equal(["core: its process ended 3 times"]);
  });

  it("with a failed container stopped at once, if another container does its work, while the others are watched on", async () => {
    const dies = (when: number) => (time: number) => (time < when ? READY : { ...READY, startedAt: "2" });
    const story = new Story({ core: dies(1000), vad: dies(4000), llm: () => READY }, ["core"]);
    const failures = await run(story, { containers: ["core", "vad", "llm"] });
    expect(failures.map(({ state, stopped }) => [state.id, stopped])).to.deep.equal([
      ["core", true],
      ["vad", false],
    ]);
    expect(story.done.slice(3)).to.deep.equal(["stop core"]);
  });

  it("after another try of a container that an earlier run stopped", async () => {
    const story = new Story({
      core: (time) => (time < 1000 ? { ...READY, status: "exited", health: "unhealthy" } : READY),
    });
    expect(await run(story)).to.deep.equal([]);
    expect(story.done).to.include("start core");
    expect(story.time).to.be.within(6000, 6500);
  });

  it("or reports of each failed container what happened, what does its work, and the end of its log", async () => {
    const story = new Story(
      {
        core: (time) => ({ ...READY, startedAt: time < 2000 ? "1" : "2" }),
        vad: (time) => ({ ...READY, status: time < 1000 ? "running" : "exited" }),
      },
      ["core"],
    );
    const text = describeFailures(await run(story, { containers: ["core", "vad"] }));
    expect(text).to
      .equal(`morgan-vad did not stay ready: its process ended, and it is exited; it was left as it is, because no other container does its work. The end of its log:
  last words of vad

morgan-core did not stay ready: its process ended and was started again; it was stopped, and the container that it was to replace goes on serving. The end of its log:
  last words of core`);
  });

  it("not if a container is gone, be it new or watched before, and the report names the remedy at once", async () => {
    const story = new Story({ core: () => READY, vad: () => undefined, llm: () => undefined });
    story.limit = (id) => Promise.reject(new Error(`404 for /containers/${id}/update`));
    const failures = await run(story, { containers: ["vad", "llm"], watchedBefore: ["vad"] });
    expect(describeFailures(failures)).to.equal(
      "llm did not get ready: it was removed; an up with --refresh creates it again\n\n" +
        "vad did not stay ready: it was removed; an up with --refresh creates it again",
    );
    expect(story.time, "it does not wait for what cannot come back").to.be.below(1000);
  });
});
