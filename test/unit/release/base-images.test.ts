import { expect } from "chai";
import { recordedBaseImages } from "../../../components/release/base-images.ts";
import { digest, madeUpRelease } from "../support/releases.ts";

const OWN = madeUpRelease("a");
const UPSTREAM = madeUpRelease("b", { backing: { ...OWN.backing, debian: `debian@${digest("debian")}` } });
const running = (release: typeof OWN): unknown => ({ release: release.id, releases: [release] });

describe("the base images of a stack", () => {
  it("are those that its outputs have recorded, whatever it runs", () => {
    expect(recordedBaseImages({ ...(running(OWN) as object), baseImages: "registry" })).to.equal("registry");
    expect(recordedBaseImages({ baseImages: "debian" })).to.equal("debian");
  });

  it("are those of the running release, if the outputs are from before the record", () => {
    expect(recordedBaseImages(running(OWN))).to.equal("debian");
    expect(recordedBaseImages(running(UPSTREAM))).to.equal("registry");
  });

  it("are unknown for a new stack, for a wrong record, and for a stack that only promoted", () => {
    const from = { stack: "organization/morgan/dev", repository: "r" };
    for (const outputs of [undefined, {}, { baseImages: "ubuntu" }, running(madeUpRelease("a", { from }))])
      expect(recordedBaseImages(outputs)).to.equal(undefined);
  });
});
