import { createHash, randomBytes } from "node:crypto";
import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { allVolumes, healthOf, leftovers, mountedVolumes } from "./support/engine.ts";
import { killUpAfter, processesOf } from "./support/kill-up.ts";
import { TestStack } from "./support/test-stack.ts";
import { setting } from "../../toolchain/lib/paths.mjs";

const KILLS = 20;
/** Attempts for one moment. An `up` ends before that moment if the machine has become faster. */
const TRIES = 5;
/** The number of rounds after which an `up` has to change nothing. */
const CHECK_ROUNDS = 5;

/** Decides the moments. MORGAN_TEST_SEED repeats those of an earlier run, whose title has the seed. */
const SEED = setting(process.env, "MORGAN_TEST_SEED") ?? randomBytes(4).toString("hex");

/** A number from 0 to 1, without 1, that depends on the seed. */
function random(index: number): number {
  const digest = createHash("sha256")
    .update(`${SEED} ${String(index)}`)
    .digest();
  return digest.readUInt32BE(0) / 2 ** 32;
}

describe(`an up that is killed at ${String(KILLS)} random moments (seed ${SEED})`, () => {
  let stack: TestStack;
  /** The duration of an `up` that is not killed, in milliseconds. */
  let whole: number;
  const volumes = new Set<string>();

  before("an up that is not killed, for its duration", async () => {
    stack = await TestStack.create({ services: ["llm"] });
    await stack.up();
    change("for the duration");
    const started = performance.now();
    await converge();
    whole = performance.now() - started;
  });

  after(() => stack.dispose());

  function change(text: string): void {
    appendFileSync(join(stack.folder, "services/llm/morgan_llm/__main__.py"), `# ${text}\n`);
  }

  /**
   * Changes a line, and kills the `up` that deploys the line after a part of its duration. That `up` also repairs what
   * an `up` that was killed before has left.
   */
  async function killedAt(part: number): Promise<void> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      change(`${String(part)}, ${String(attempt)}`);
      const ended = await killUpAfter(stack, part * whole);
      if (ended === undefined) return;
      whole = ended;
    }
    throw new Error(`the up ended ${String(TRIES)} times before ${String(part)} of its duration`);
  }

  async function converge(): Promise<void> {
    const { code, output } = await stack.commandLine("up");
    expect(code, output).to.equal(0);
  }

  /** Returns the ids of all resources in the state. @throws Error if the state is incomplete. */
  function recorded(): string[] {
    const { checkpoint } = JSON.parse(stack.state()) as {
      checkpoint: { latest: { resources: readonly { id?: string }[] } };
    };
    return checkpoint.latest.resources.flatMap(({ id }) => id ?? []);
  }

  /** Returns what the engine has of the stack and the state does not, and the anonymous volumes without a container. */
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

  /** Returns a random moment in a twentieth of the duration, without the very end. */
  const moment = (twentieth: number): number => (0.97 * (twentieth + random(twentieth))) / KILLS;
  const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;

  // Two kills in each round: the `up` that repairs what the first has left is killed too.
  for (let round = 0; round < KILLS / 2; round++) {
    const parts = [moment(round), moment(KILLS - 1 - round)];
    it(`kills after ${parts.map(percent).join(" and ")} of the duration are repaired by the next up`, async () => {
      for (const part of parts) {
        await killedAt(part);
        expect(recorded().length).to.be.greaterThan(0);
        for (const volume of mountedVolumes(stack.name)) volumes.add(volume);
      }
      await converge();
      expect(orphans()).to.deep.equal([]);
      expect(processesOf(stack)).to.deep.equal([]);
      expect(readdirSync(stack.backendPath(`locks/organization/morgan/${stack.name}`))).to.deep.equal([]);
      expect(healthOf(stack.name, "llm")).to.equal("healthy");
      if ((round + 1) % CHECK_ROUNDS === 0) expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
    });
  }
});
