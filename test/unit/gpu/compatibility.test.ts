import { readFileSync } from "node:fs";
import { expect } from "chai";
import { compatibilityProblems, type Target } from "../../../components/gpu/compatibility-check.ts";
import { COMPATIBILITY } from "../../../components/gpu/compatibility.ts";
import { CUDA_VERSIONS, type CudaVersion } from "../../../components/catalog/cuda-version.ts";

const BOTH = ["torch", "ctranslate2", "fastapi"];
const gpu = (name: string, computeCapability: string, driver: string, index = 0): Target["gpus"][number] => ({
  index,
  name,
  computeCapability,
  driver,
});
const check = (
  version: CudaVersion,
  gpus: Target["gpus"],
  { packages = BOTH, python = "3.11" }: Partial<Target> = {},
): ReturnType<typeof compatibilityProblems> => compatibilityProblems(version, { python, packages, gpus });

describe("the compatibility check", () => {
  const fits: readonly (readonly [CudaVersion, Target["gpus"]])[] = [
    ...CUDA_VERSIONS.flatMap((version) =>
      [
        [],
        [gpu("NVIDIA A100", "8.0", "525.60.13")],
        [gpu("NVIDIA L4", "8.9", "550.54.14"), gpu("T4", "7.5", "550.54.14", 1)],
        [gpu("NVIDIA H100", "9.0", "570.26")],
      ].map((gpus) => [version, gpus] as const),
    ),
    ["12.8", [gpu("NVIDIA B300", "10.3", "580.65.06")]],
    ["12.4", [gpu("Tesla P40", "6.1", "525.105.17")]],
  ];
  for (const [version, gpus] of fits) {
    it(`accepts ${gpus.map(({ name }) => name).join(" with ") || "no GPU"} for CUDA ${version}`, () => {
      expect(check(version, gpus)).to.deep.equal([]);
    });
  }

  it("names the CUDA version that fits a newer GPU, once for all GPUs", () => {
    const gpus = [gpu("NVIDIA GeForce RTX 5090", "12.0", "570.86.10"), gpu("RTX 5090", "12.0", "570.86.10", 1)];
    expect(check("12.4", gpus)).to.deep.equal([
      {
        key: "morgan:cudaVersion",
        expected: "GPUs and a driver that the packages built for CUDA 12.4 run on",
        found:
          "GPU 0 (NVIDIA GeForce RTX 5090, compute capability 12.0, driver 570.86.10): torch 2.6.0 has no code for it; " +
          "GPU 1 (RTX 5090, compute capability 12.0, driver 570.86.10): torch 2.6.0 has no code for it",
        fix: "pulumi config set morgan:cudaVersion 12.8",
      },
    ]);
  });

  it("names the CUDA version that fits an older GPU", () => {
    const [problem] = check("12.8", [gpu("Tesla P40", "6.1", "535.104.05")]);
    expect(problem?.fix).to.equal("pulumi config set morgan:cudaVersion 12.4");
  });

  it("names the driver to install if the present one is too old", () => {
    const [problem, ...more] = check("12.4", [gpu("NVIDIA A100", "8.0", "520.61.05")]);
    expect(more).to.deep.equal([]);
    expect(problem?.found).to.contain("torch 2.6.0 needs driver 525.60.13 or newer on it");
    expect(problem?.found).to.contain("ctranslate2 4.8.5 needs driver 525.60.13 or newer on it");
    expect(problem?.fix).to.equal("update the NVIDIA driver to 525.60.13 or newer");
  });

  it("names the driver for the PTX if a package has no machine code for the GPU", () => {
    const gpus = [gpu("NVIDIA H100", "9.0", "550.54.14")];
    const [problem] = check("12.4", gpus);
    expect(problem?.found).to.match(/: ctranslate2 4\.8\.5 needs driver 570\.26 or newer on it$/);
    expect(problem?.fix).to.equal("update the NVIDIA driver to 570.26 or newer");
    expect(check("12.4", gpus, { packages: ["torch"] })).to.deep.equal([]);
  });

  it("names the newest of the drivers that the GPUs need", () => {
    const [problem] = check("12.4", [gpu("NVIDIA H100", "9.0", "520.61.05"), gpu("T4", "7.5", "520.61.05", 1)]);
    expect(problem?.fix).to.equal("update the NVIDIA driver to 570.26 or newer");
  });

  it("names driver and CUDA version if both have to change", () => {
    const [problem] = check("12.4", [gpu("NVIDIA B200", "10.0", "565.57.01")]);
    expect(problem?.fix).to.equal(
      "update the NVIDIA driver to 570.26 or newer, and pulumi config set morgan:cudaVersion 12.8",
    );
  });

  it("lists the supported GPUs if neither driver nor CUDA version helps", () => {
    const [problem] = check("12.4", [gpu("Tesla K80", "3.7", "470.256.02")]);
    expect(problem?.fix).to.match(/^leave those GPUs out \(morgan:gpuDevices\), or use others/);
    expect(problem?.fix).to.contain("torch 5.0, 6.0, 7.0, 7.5, 8.0, 8.6, 9.0; ctranslate2 5.3,");
    expect(problem?.fix).to.contain("8.6, and anything above 8.6 with driver 570.26");
  });

  it("does not count PTX as code for older GPUs", () => {
    const [problem] = check("12.4", [gpu("Tesla K80", "3.7", "570.26")], { packages: ["ctranslate2"] });
    expect(problem?.found).to.match(/: ctranslate2 4\.8\.5 has no code for it$/);
  });

  it("counts only the packages that are installed", () => {
    const old = [gpu("GeForce GTX 980", "5.2", "535.104.05")];
    expect(check("12.4", old, { packages: ["torch"] })).to.deep.equal([]);
    expect(check("12.4", old)).to.have.length(1);
    expect(check("12.4", [gpu("Tesla K80", "3.7", "470.256.02")], { packages: ["fastapi"] })).to.deep.equal([]);
  });

  for (const python of ["3.9", "3.10.2", "3.13.9"]) {
    it(`accepts a base stage with Python ${python}`, () => {
      expect(check("12.4", [], { python })).to.deep.equal([]);
    });
  }

  it("refuses a base stage with a newer or an older Python, by number", () => {
    const [newer] = check("12.4", [], { python: "3.14.1" });
    expect(newer?.expected).to.equal("Python 3.9 to 3.13, which CUDA 12.4's torch 2.6.0 has wheels for");
    expect(newer?.fix).to.equal("pulumi config set morgan:cudaVersion 12.8");
    const [older] = check("12.4", [], { python: "3.8" });
    expect(older?.fix).to.equal("give the base stage a Python from 3.9 to 3.13");
  });

  it("never advises a CUDA version that does not fit the Python", () => {
    const [problem] = check("12.4", [gpu("RTX 5090", "12.0", "570.86.10")], { python: "3.9" });
    expect(problem?.fix).to.match(/^leave those GPUs out/);
  });
});

describe("docs/gpu.md", () => {
  const text = readFileSync("docs/gpu.md", "utf8").replaceAll(/ +/g, " ");

  for (const version of CUDA_VERSIONS) {
    it(`has the row of CUDA ${version} as the program has it`, () => {
      const { python, driver, packages } = COMPATIBILITY[version];
      const cells = packages.flatMap((item) => [item.version, item.machineCode.join(" ")]);
      expect(text).to.contain(`| ${[version, python.join(" to "), driver, ...cells].join(" | ")} |`);
    });
  }

  it("has the capability and the driver of every PTX", () => {
    for (const { ptx } of CUDA_VERSIONS.flatMap((version) => COMPATIBILITY[version].packages)) {
      if (ptx !== undefined) expect(text).to.contain(`for ${ptx.capability}, so driver ${ptx.driver}`);
    }
  });
});
