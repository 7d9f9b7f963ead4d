import { expect } from "chai";
import { checkCudaLibraries, cudaLibrary, type ChainedLock } from "../../../components/requirements/cuda-libraries.ts";

/** A lock from pins such as "torch==2.6.0". */
const lock = (name: string, ...pins: string[]): ChainedLock => ({
  name,
  packages: pins.map((pin) => {
    const [packageName = "", version = ""] = pin.split("==");
    return { name: packageName, version, hashes: [] };
  }),
});

const cublas = "nvidia-cublas-cu12==12.4.5.8";
const cudnn = "nvidia-cudnn-cu12==9.1.0.70";
const base = lock("base", "fastapi==0.165.0");
const cuda = lock("cuda-12.4", "fastapi==0.165.0", cublas);
const torch = lock("torch-12.4", "fastapi==0.165.0", cublas, cudnn, "torch==2.6.0");

describe("the package of a CUDA library", () => {
  for (const [name, library] of [
    ["nvidia-cudnn-cu11", "cudnn"],
    ["nvidia-cudnn-cu12", "cudnn"],
    ["nvidia-cudnn-cu13", "cudnn"],
    ["nvidia-cudnn", "cudnn"],
    ["nvidia-cuda-runtime-cu12", "cuda-runtime"],
  ] as const) {
    it(`${name} brings ${library}`, () => {
      expect(cudaLibrary(name)).to.equal(library);
    });
  }

  for (const name of ["nvidia-ml-py", "cuda-pathfinder", "torch", "numpy"]) {
    it(`is not ${name}`, () => {
      expect(cudaLibrary(name)).to.equal(undefined);
    });
  }
});

describe("the check of CUDA libraries", () => {
  it("accepts a library that has the same version in all locks of an image", () => {
    const tts = lock("tts-12.4", cublas, cudnn, "torch==2.6.0", "transformers==5.23.0");
    expect(checkCudaLibraries("torch-deps", [base, cuda, torch, tts])).to.deep.equal([]);
    expect(checkCudaLibraries("cuda-deps", [base, cuda, lock("stt-12.4", cublas)])).to.deep.equal([]);
    expect(checkCudaLibraries("base", [base, lock("vad", "onnxruntime==1.32.0")])).to.deep.equal([]);
  });

  it("finds a version that differs from the stage below, in the first lock with that version", () => {
    const other = lock("torch-12.4", "nvidia-cublas-cu12==12.8.4.1", "torch==2.6.0");
    const tts = lock("tts-12.4", "nvidia-cublas-cu12==12.8.4.1", "torch==2.6.0");
    const [found, ...others] = checkCudaLibraries("torch-deps", [base, cuda, other, tts]);
    expect(found).to.include({
      key: "requirements/torch-12.4.txt",
      expected: "cublas once in an image",
      found: `${cublas} and nvidia-cublas-cu12==12.8.4.1`,
    });
    expect(found?.fix).to.contain("cuda-12.4.in").and.contain("npm run lock");
    expect(others).to.deep.equal([]);
  });

  it("finds a library in two packages, in one lock or in two", () => {
    const both = lock("torch-12.4", cublas, cudnn, "nvidia-cudnn-cu11==8.9.6.50", "torch==2.6.0");
    expect(checkCudaLibraries("torch-deps", [base, cuda, both]).map(({ found }) => found)).to.deep.equal([
      `${cudnn} and nvidia-cudnn-cu11==8.9.6.50`,
    ]);
    const stt = lock("stt-12.4", "nvidia-cublas==13.1.0.3");
    expect(checkCudaLibraries("cuda-deps", [base, cuda, stt])).to.have.length(1);
  });

  it("finds CUDA and torch in a lock for the base stage, with a fix", () => {
    const vad = lock("vad", "torch==2.6.0", cublas, "onnxruntime==1.32.0");
    const [found, ...others] = checkCudaLibraries("base", [base, vad]);
    expect(found).to.include({
      key: "requirements/vad.txt",
      expected: "no CUDA library and no torch, since it is installed on base",
      found: `torch==2.6.0, ${cublas}`,
    });
    expect(found?.fix).to.contain("overrides.txt").and.contain("services/catalog.ts");
    expect(others).to.deep.equal([]);
  });

  it("finds torch in a lock for a stage that is not built on torch", () => {
    const stt = lock("stt-12.4", cublas, "torch==2.6.0", "torchaudio==2.6.0");
    expect(checkCudaLibraries("cuda-deps", [base, cuda, stt])).to.deep.include({
      key: "requirements/stt-12.4.txt",
      expected: "no torch, since it is installed on cuda-deps",
      found: "torch==2.6.0, torchaudio==2.6.0",
      fix: "name the package that depends on it in requirements/overrides.txt, or give the variant another baseStage in services/catalog.ts; then npm run lock",
    });
  });
});
