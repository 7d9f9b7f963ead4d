import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { containersOf, docker } from "./support/engine.ts";
import { underLoad } from "./support/load.ts";
import { networksOfStack } from "./support/network.ts";
import { sharedStack } from "./support/shared-stack.ts";
import type { TestStack } from "./support/test-stack.ts";

/** Several containers. A single one costs a request only one of its retries. */
const NEWCOMERS = 4;

/** The time in milliseconds in which the gateway finds new containers and checks them. */
const DISCOVERY = 3000;

describe("containers that the engine's DNS names, and that answer no request", () => {
  let stack: TestStack;
  let made: readonly string[];

  before(async () => {
    stack = await sharedStack();
  });

  beforeEach(() => (made = []));

  afterEach(() => {
    if (made.length > 0) docker("rm", "--force", ...made);
  });

  for (const service of ["llm", "core"]) {
    it(`new containers beside ${service} cost no request, neither when they start nor when they end`, async () => {
      const { Config } = containersOf(stack.name)[service] ?? expect.fail(`no ${service}`);
      const network = networksOfStack(stack.name)["services-network"]?.Name ?? "";
      const newcomer = ["--detach", "--network", network, "--network-alias", service, "--entrypoint", "sleep"];
      const { report } = await underLoad((await stack.outputs()).endpoint, async () => {
        for (let round = 0; round < 2; round += 1) {
          made = Array.from({ length: NEWCOMERS }, () => docker("run", ...newcomer, Config.Image, "60").trim());
          await sleep(DISCOVERY);
          docker("rm", "--force", ...made);
          made = [];
          await sleep(DISCOVERY);
        }
      });
      expect(report.failures, JSON.stringify(report)).to.deep.equal([]);
      expect(report.served.chat).to.be.at.least(50);
    });
  }
});
