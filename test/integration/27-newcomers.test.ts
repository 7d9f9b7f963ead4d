import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { fetchRecording } from "../../cli/lib/recording.ts";
import { cacheFolder } from "../../toolchain/lib/paths.mjs";
import { containersOf, docker } from "./support/engine.ts";
import { Load } from "./support/load.ts";
import { networksOfStack } from "./support/network.ts";
import { sharedStack } from "./support/shared-stack.ts";
import type { TestStack } from "./support/test-stack.ts";

/** Several, since one alone costs a request one try. */
const NEWCOMERS = 4;

/** How long the gateway takes to find them, to ask each, and to know better, in milliseconds. */
const A_WHILE = 3000;

describe("containers that the engine's DNS names, and that answer nothing", () => {
  let stack: TestStack;
  let made: readonly string[];

  before(() => {
    stack = sharedStack();
  });

  beforeEach(() => (made = []));

  afterEach(() => {
    if (made.length > 0) docker("rm", "--force", ...made);
  });

  for (const service of ["llm", "core"]) {
    it(`cost no request, neither where they come nor where they go: beside ${service}`, async () => {
      const { Config } = containersOf(stack.name)[service] ?? expect.fail(`no ${service}`);
      const network = networksOfStack(stack.name)["services-network"]?.Name ?? "";
      const newcomer = ["--detach", "--network", network, "--network-alias", service, "--entrypoint", "sleep"];
      const load = new Load((await stack.outputs()).endpoint, await fetchRecording(cacheFolder(process.env)));
      let served: Awaited<ReturnType<Load["stop"]>>;
      try {
        for (let round = 0; round < 2; round += 1) {
          made = Array.from({ length: NEWCOMERS }, () => docker("run", ...newcomer, Config.Image, "60").trim());
          await sleep(A_WHILE);
          docker("rm", "--force", ...made);
          made = [];
          await sleep(A_WHILE);
        }
      } finally {
        served = await load.stop();
      }
      expect(served.failures, JSON.stringify(served)).to.deep.equal([]);
      expect(served.served.chat).to.be.at.least(50);
    });
  }
});
