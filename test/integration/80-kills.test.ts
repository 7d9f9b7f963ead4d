import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { allVolumes, containersOf, leftovers, mountedVolumes } from "./support/engine.ts";
import { killedUpAfter, processesOf } from "./support/killed-up.ts";
import { TestStack } from "./support/test-stack.ts";

const KILLS = 20;
/** How often a moment is tried, where a machine that has grown faster ends the `up` before. */
const TRIES = 5;
/** Every so many rounds an `up` that changes nothing is asked for too. */
const LOOK = 5;

describe(`an up that is killed at ${String(KILLS)} random moments`, () => {
  let stack: TestStack;
  /** How long an undisturbed one takes, in milliseconds. */
  let whole: number;
  const volumes = new Set<string>();

  before("an undisturbed one, for its time", async () => {
    stack = await TestStack.create({ services: ["llm"] });
    await stack.up();
    change("for the time");
    const started = performance.now();
    await converge();
    whole = performance.now() - started;
  });

  after(() => stack.dispose());

  function change(text: string): void {
    appendFileSync(join(stack.folder, "services/llm/morgan_llm/__main__.py"), `# ${text}\n`);
  }

  /**
   * Changes a line, and kills the `up` that deploys it at a part of its time, which also takes up what one that was killed
   * before has left.
   */
  async function killedAt(part: number): Promise<void> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      change(`${String(part)}, ${String(attempt)}`);
      const ended = await killedUpAfter(stack, part * whole);
      if (ended === undefined) return;
      whole = ended;
    }
    throw new Error(`the up ended ${String(TRIES)} times before ${String(part)} of its time`);
  }

  async function converge(): Promise<void> {
    const { code, output } = await stack.commandLine("up");
    expect(code, output).to.equal(0);
  }

  function stateFile(folder: string): string {
    return join(stack.folder, ".morgan/state/.pulumi", folder);
  }

  /** Ids of all that the state knows. @throws Error where it is no whole state. */
  function recorded(): string[] {
    const text = readFileSync(stateFile(`stacks/morgan/${stack.name}.json`), "utf8");
    const { checkpoint } = JSON.parse(text) as { checkpoint: { latest: { resources: readonly { id?: string }[] } } };
    return checkpoint.latest.resources.flatMap(({ id }) => id ?? []);
  }

  /** What the engine has of the stack and the state does not know, volumes without a name that nobody mounts too. */
  function orphans(): string[] {
    const known = recorded();
    const mounted = mountedVolumes(stack.name);
    const existing = allVolumes();
    for (const volume of mounted) volumes.add(volume);
    return [
      ...leftovers(stack.name).filter((id) => !known.some((recordedId) => recordedId.startsWith(id))),
      ...[...volumes].filter((volume) => existing.includes(volume) && !mounted.includes(volume)),
    ];
  }

  /** A moment in each twentieth of the time, so that they are spread over all of it but the very end. */
  const moment = (twentieth: number): number => (0.97 * (twentieth + Math.random())) / KILLS;
  const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;

  // Two at a time: the one that takes up what the first has left is killed as well.
  for (let round = 0; round < KILLS / 2; round++) {
    const parts = [moment(round), moment(KILLS - 1 - round)];
    it(`after ${parts.map(percent).join(", and again after ")} of its time is taken up by the next one`, async () => {
      for (const part of parts) {
        await killedAt(part);
        expect(recorded().length).to.be.greaterThan(0);
        for (const volume of mountedVolumes(stack.name)) volumes.add(volume);
      }
      await converge();
      expect(orphans()).to.deep.equal([]);
      expect(processesOf(stack)).to.deep.equal([]);
      expect(readdirSync(stateFile(`locks/organization/morgan/${stack.name}`))).to.deep.equal([]);
      expect(containersOf(stack.name)["llm"]?.State.Health?.Status).to.equal("healthy");
      if ((round + 1) % LOOK === 0) expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
    });
  }
});
