import { expect } from "chai";
import { GPU_QUERY, parseGpus, parseSlices, queryGpus, type GpuReading } from "../../../components/gpu/nvidia-smi.ts";
import type { RunProgram } from "../../../components/system/run-program.ts";

const A100 = "0, GPU-5d5b, NVIDIA A100-SXM4-40GB, 40960, 40330, 535.104.05, 8.0, Enabled";
const T4 = "1, GPU-77aa, Tesla T4, 15360, 14923, 535.104.05, 7.5, [N/A]";
const LIST = `GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d5b)
  MIG 3g.20gb     Device  0: (UUID: MIG-e07a)
  MIG 1c.2g.10gb  Device  1: (UUID: MIG-17aa)
  MIG 1g.5gb+me   Device  2: (UUID: MIG-GPU-5d5b/9/0)
GPU 1: Tesla T4 (UUID: GPU-77aa)
GPU 2: NVIDIA A30 (UUID: GPU-a30)
  MIG 4g.24gb     Device  0: (UUID: MIG-c3d4)
`;

/** A stand-in for `nvidia-smi`: answers to its first arguments. */
const answering =
  (answers: Readonly<Record<string, string>>, succeeded = true): RunProgram =>
  (program, [first = ""]) => {
    expect(program).to.equal("nvidia-smi");
    const output = answers[first];
    return Promise.resolve(output === undefined ? undefined : { output, succeeded });
  };
const [QUERY] = GPU_QUERY;

function failure(reading: GpuReading | undefined): { text: string; fix: string } {
  if (reading?.kind !== "failure") throw new Error(`no failure: ${JSON.stringify(reading)}`);
  return reading;
}

describe("the output of nvidia-smi on GPUs", () => {
  it("is read field by field", () => {
    expect(parseGpus(`${A100}\r\n${T4}\n`)).to.deep.equal({
      kind: "gpus",
      gpus: [
        {
          index: 0,
          uuid: "GPU-5d5b",
          name: "NVIDIA A100-SXM4-40GB",
          totalMiB: 40960,
          freeMiB: 40330,
          driver: "535.104.05",
          computeCapability: "8.0",
          mig: true,
        },
        {
          index: 1,
          uuid: "GPU-77aa",
          name: "Tesla T4",
          totalMiB: 15360,
          freeMiB: 14923,
          driver: "535.104.05",
          computeCapability: "7.5",
          mig: false,
        },
      ],
      slices: [],
    });
  });

  for (const [what, line] of [
    ["memory", T4.replace("14923", "[Insufficient Permissions]")],
    ["total memory", T4.replace("15360", "[N/A]")],
    ["compute capability", T4.replace("7.5", "[Not Supported]")],
    ["driver", T4.replace("535.104.05", "[N/A]")],
    ["name", T4.replace(", Tesla T4", "")],
    ["everything after the name", "1, GPU-77aa, Tesla T4"],
  ] as const) {
    it(`fails with the line if it hides ${what}`, () => {
      const { text, fix } = failure(parseGpus(`${A100}\n${line}\n`));
      expect(text).to.equal(line);
      expect(fix).to.contain("morgan:gpuCards");
    });
  }

  for (const [text, fix] of [
    [
      "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 570.133",
      "restart the machine",
    ],
    ["NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", "modprobe nvidia"],
    ["No devices were found", "lspci"],
    ['Field "compute_cap" is not a valid field to query.', "update the NVIDIA driver"],
    ["nvidia-smi gave no answer within 10 s", "repair nvidia-smi"],
  ] as const) {
    it(`has a fix for: ${text.split("\n", 1).join("")}`, async () => {
      const found = failure(await queryGpus(answering({ [QUERY]: `${text}\n` }, false)));
      expect(found.text).to.equal(text);
      expect(found.fix).to.contain(fix);
    });
  }

  it("fails if nvidia-smi succeeds with a sentence, or with nothing", async () => {
    const sentence = failure(await queryGpus(answering({ [QUERY]: "No devices were found\n" })));
    expect(sentence.fix).to.contain("lspci");
    expect(failure(await queryGpus(answering({ [QUERY]: "\n" }))).text).to.equal("nvidia-smi lists no GPU");
  });
});

describe("MIG slices", () => {
  it("are read with their GPU, in every form of profile and UUID", () => {
    expect(parseSlices(LIST)).to.deep.equal([
      { gpu: "GPU-5d5b", index: 0, uuid: "MIG-e07a", profile: "3g.20gb", memoryMiB: 19073 },
      { gpu: "GPU-5d5b", index: 1, uuid: "MIG-17aa", profile: "1c.2g.10gb", memoryMiB: 9536 },
      { gpu: "GPU-5d5b", index: 2, uuid: "MIG-GPU-5d5b/9/0", profile: "1g.5gb+me", memoryMiB: 4768 },
      { gpu: "GPU-a30", index: 0, uuid: "MIG-c3d4", profile: "4g.24gb", memoryMiB: 22888 },
    ]);
  });

  it("are listed if a GPU is divided into slices", async () => {
    const reading = await queryGpus(answering({ [QUERY]: A100, "-L": LIST }));
    expect(reading).to.have.property("kind", "gpus");
    expect(reading).to.have.property("slices").with.length(4);
  });

  it("are not listed if no GPU is divided", async () => {
    expect(await queryGpus(answering({ [QUERY]: T4 }))).to.have.deep.property("slices", []);
  });

  it("cannot be read if their list fails", async () => {
    expect(failure(await queryGpus(answering({ [QUERY]: A100 }))).text).to.equal("nvidia-smi is no longer there");
  });
});

describe("a machine without nvidia-smi", () => {
  it("has no output, which is no failure", async () => {
    expect(await queryGpus(answering({}))).to.equal(undefined);
  });
});
