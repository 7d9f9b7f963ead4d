import { expect } from "chai";
import { checkPlatform } from "../../../components/preflight/platform.ts";
import { MACHINE, stackConfig, UPSTREAM, type ConfigChanges } from "../support/config.ts";

const keys = (changes: ConfigChanges, architecture: string, isNew = true): string[] =>
  checkPlatform(stackConfig(changes), architecture, isNew).map(({ key }) => key);

describe("the platform of an engine", () => {
  it("is amd64 or arm64", () => {
    expect(keys({}, "amd64")).to.deep.equal([]);
    expect(keys({}, "riscv64")).to.deep.equal(["container engine"]);
  });

  it("is amd64 for CUDA, because the lock files have no other wheels", () => {
    expect(keys({ accelerator: "cuda" }, "amd64")).to.deep.equal([]);
    expect(keys({ accelerator: "cuda", images: { base: UPSTREAM } }, "arm64")).to.deep.equal(["morgan:accelerator"]);
    expect(keys({ images: { base: UPSTREAM } }, "arm64")).to.deep.equal([]);
  });

  it("is that of the machine which makes a new stack's root file system", () => {
    for (const platform of ["darwin-arm64", "win32-x64", "linux-x64"]) {
      const machine = { ...MACHINE, platform };
      expect(keys({ machine }, "arm64"), platform).to.deep.equal(["morgan:baseImages"]);
      expect(keys({ machine }, "arm64", false), platform).to.deep.equal([]);
      expect(keys({ machine, images: { base: UPSTREAM } }, "arm64"), platform).to.deep.equal([]);
    }
    expect(keys({ machine: { ...MACHINE, platform: "linux-arm64" } }, "arm64")).to.deep.equal([]);
  });
});
