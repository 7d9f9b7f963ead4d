import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { allVolumes, containersOf, leftovers, mountedVolumes } from "./support/engine.ts";
import { killedUpAfter } from "./support/killed-up.ts";
import { TestStack } from "./support/test-stack.ts";

const KILLS = 20;
/** Every so many kills an `up` that changes nothing is asked for too. */
const LOOK = 5;

describe(`an up that is killed at ${String(KILLS)} random moments`, () => {
  let stack: TestStack;
  /** How long an undisturbed one takes, in milliseconds. */
  let whole: number;
  let killed = 0;
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

  async function converge(): Promise<string> {
    const { code, output } = await stack.commandLine("up");
    expect(code, output).to.equal(0);
    return output;
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

  for (let round = 0; round < KILLS; round++) {
    // One in each twentieth of the time, so that they are spread over all of it.
    const part = (round + Math.random()) / KILLS;
    it(`after ${(part * 100).toFixed(1)} % of its time is taken up by the next one`, async () => {
      change(`round ${String(round)}`);
      if (await killedUpAfter(stack, part * whole)) killed++;
      expect(recorded().length).to.be.greaterThan(0);
      for (const volume of mountedVolumes(stack.name)) volumes.add(volume);
      await converge();
      expect(orphans()).to.deep.equal([]);
      expect(readdirSync(stateFile(`locks/organization/morgan/${stack.name}`))).to.deep.equal([]);
      expect(containersOf(stack.name)["llm"]?.State.Health?.Status).to.equal("healthy");
      if ((round + 1) % LOOK === 0) expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
    });
  }

  it("was at work still in nearly all of them", () => {
    expect(killed).to.be.at.least(KILLS * 0.75);
  });
});
