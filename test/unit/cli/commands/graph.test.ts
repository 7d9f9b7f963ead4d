import { expect } from "chai";
import { graph } from "../../../../cli/commands/graph.ts";
import { recorded } from "../../support/manifests.ts";
import { expectGolden } from "../../support/golden.ts";
import { DEV } from "../../support/stacks.ts";
import { TYPICAL } from "../../support/plans.ts";

const OUTPUTS = {
  manifest: recorded(),
  images: { core: { size: { compressed: 54_000_000, unpacked: 183_200_000 } }, tts: { size: { unpacked: 0 } } },
  lastUp: {
    version: 1,
    plan: TYPICAL["one-line"],
    cost: { seconds: 9 },
    images: {
      core: { seconds: [1], layers: [31_000], rest: 6000 },
      base: { seconds: [], layers: [15e6, 700], rest: 1 },
    },
    containers: {},
    rest: { build: [], deploy: [] },
  },
};

describe("the command graph", () => {
  it("prints every image with what it is built on, and the sizes that are recorded", () => {
    expectGolden("graph.mmd", graph(OUTPUTS, DEV));
  });

  it("is refused for a stack that has recorded nothing, with what to do", () => {
    expect(() => graph({ images: {} }, DEV)).to.throw("./morgan up --stack dev");
  });
});
