import { expect } from "chai";
import { allVolumes, imagesOf, leftovers, mountedVolumes } from "./support/engine.ts";
import { sharedStack } from "./support/shared-stack.ts";

describe("destroy", () => {
  it("destroy leaves no container, network, volume or image, and no anonymous volume", async () => {
    const stack = await sharedStack();
    const volumes = mountedVolumes(stack.name);
    expect(volumes).to.have.length.greaterThan(3);
    expect(await imagesOf(stack.name)).to.have.length.greaterThan(10);
    const { code, output } = await stack.commandLine("destroy", "--yes");
    expect(code, output).to.equal(0);
    expect(leftovers(stack.name)).to.deep.equal([]);
    expect(await imagesOf(stack.name)).to.deep.equal([]);
    for (const volume of volumes) expect(allVolumes()).to.not.include(volume);
  });
});
