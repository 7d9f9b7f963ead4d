import { expect } from "chai";
import { allVolumes, leftovers, mountedVolumes } from "./support/engine.ts";
import { sharedStack } from "./support/shared-stack.ts";

describe("destroy", () => {
  it("leaves no container, network or volume, also none without a name", async () => {
    const stack = sharedStack();
    const volumes = mountedVolumes(stack.name);
    expect(volumes).to.have.length.greaterThan(3);
    await stack.destroy();
    expect(leftovers(stack.name)).to.deep.equal([]);
    for (const volume of volumes) expect(allVolumes()).to.not.include(volume);
  });
});
