import { expect } from "chai";
import { lockChain, lockName, stageChain } from "../../../components/catalog/stages.ts";

describe("the stages below a service", () => {
  it("are built on each other, the base first", () => {
    expect(stageChain("base")).to.deep.equal(["base"]);
    expect(stageChain("cuda-deps")).to.deep.equal(["base", "cuda-deps"]);
    expect(stageChain("torch-deps")).to.deep.equal(["base", "cuda-deps", "torch-deps"]);
  });
});

describe("the name of a lock", () => {
  it("contains the CUDA version if its stage is built on CUDA", () => {
    expect(lockName("vad", "base", "12.8")).to.equal("vad");
    expect(lockName("stt", "cuda-deps", "12.4")).to.equal("stt-12.4");
    expect(lockName("tts", "torch-deps", "12.8")).to.equal("tts-12.8");
  });

  it("follows the order of the stages", () => {
    expect(lockChain({ baseStage: "base", requirements: "vad" }, "12.4")).to.deep.equal(["base", "vad"]);
    expect(lockChain({ baseStage: "torch-deps", requirements: "tts" }, "12.4")).to.deep.equal([
      "base",
      "cuda-12.4",
      "torch-12.4",
      "tts-12.4",
    ]);
  });
});
