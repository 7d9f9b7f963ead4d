import { expect } from "chai";
import fc from "fast-check";
import { compatibilityProblems, type Target } from "../../../components/gpu/compatibility-check.ts";
import { COMPATIBILITY } from "../../../components/gpu/compatibility.ts";
import { CUDA_VERSIONS } from "../../../components/catalog/cuda-version.ts";
import { parseGpus, parseSlices, type Gpu, type MigSlice } from "../../../components/gpu/nvidia-smi.ts";
import { compareVersions } from "../../../components/gpu/version.ts";

const number = fc.integer({ min: 0, max: 1_000_000 });
const version = fc
  .array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join("."));
const driver = fc
  .tuple(fc.constantFrom(470, 520, 525, 535, 550, 570, 580), fc.integer({ min: 0, max: 99 }))
  .map(([branch, minor]) => `${branch}.${minor}.05`);
const capability = fc
  .tuple(fc.integer({ min: 3, max: 13 }), fc.integer({ min: 0, max: 9 }))
  .map(([generation, minor]) => `${generation}.${minor}`);
const uuid = fc.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}$/);
/** Names with whatever a vendor may think of, commas and parentheses too, but no line break and no space at an end. */
const name = fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9 ,()/-]{0,20}[A-Za-z0-9)])?$/);

const gpu = fc.record<Gpu>({
  index: number,
  uuid: uuid.map((id) => `GPU-${id}`),
  name,
  totalMiB: number,
  freeMiB: number,
  driver,
  computeCapability: capability,
  mig: fc.boolean(),
});

/** The line that nvidia-smi writes for a GPU. */
const renderGpu = (item: Gpu): string =>
  [
    item.index,
    item.uuid,
    item.name,
    item.totalMiB,
    item.freeMiB,
    item.driver,
    item.computeCapability,
    item.mig ? "Enabled" : "[N/A]",
  ].join(", ");

describe("the parsed output of nvidia-smi", () => {
  it("has the GPUs that were written", () => {
    fc.assert(
      fc.property(fc.array(gpu, { minLength: 1 }), (gpus) => {
        expect(parseGpus(`${gpus.map(renderGpu).join("\n")}\n`)).to.deep.equal({
          kind: "gpus",
          gpus,
          slices: [],
        });
      }),
    );
  });

  it("has the slices that were written, each with its GPU", () => {
    const slice = fc.record({ index: number, uuid, cores: fc.integer({ min: 1, max: 7 }), gigabytes: fc.nat(200) });
    fc.assert(
      fc.property(fc.array(fc.tuple(gpu, fc.array(slice, { maxLength: 7 }))), (gpus) => {
        const lines = gpus.flatMap(([parent, slices]) => [
          `GPU ${parent.index}: ${parent.name} (UUID: ${parent.uuid})`,
          ...slices.map(
            (item) =>
              `  MIG ${`${item.cores}g.${item.gigabytes}gb`.padEnd(12)}Device ${String(item.index).padStart(2)}: (UUID: MIG-${item.uuid})`,
          ),
        ]);
        const expected = gpus.flatMap(([parent, slices]) =>
          slices.map((item): MigSlice => ({
            gpu: parent.uuid,
            index: item.index,
            uuid: `MIG-${item.uuid}`,
            profile: `${item.cores}g.${item.gigabytes}gb`,
            memoryMiB: Math.floor((item.gigabytes * 1e9) / 2 ** 20),
          })),
        );
        expect(parseSlices(lines.join("\n"))).to.deep.equal(expected);
      }),
    );
  });

  it("fails with a text and a fix if it is no list of GPUs, and never throws", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const reading = parseGpus(text);
        if (reading.kind === "failure") expect([reading.text, reading.fix]).to.not.include("");
        else expect(reading.gpus).to.have.property("length").above(0);
        expect(parseSlices(text)).to.deep.equal([]);
      }),
    );
  });
});

describe("the order of versions", () => {
  it("is total and transitive", () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(compareVersions(a, b) + compareVersions(b, a)).to.equal(0);
        const [low = "", middle = "", high = ""] = [a, b, c].sort(compareVersions);
        expect([compareVersions(low, middle), compareVersions(middle, high), compareVersions(low, high)]).to.satisfy(
          (signs: number[]) => signs.every((sign) => sign <= 0),
        );
      }),
    );
  });

  it("is the order of the numbers, with zero for a missing number", () => {
    fc.assert(
      fc.property(version, fc.nat(9), fc.nat(9), (prefix, a, b) => {
        expect(compareVersions(`${prefix}.${a}`, `${prefix}.${b}`)).to.equal(Math.sign(a - b));
        expect(compareVersions(`${prefix}.9`, `${prefix}.10`)).to.equal(-1);
        expect(compareVersions(prefix, `${prefix}.0`)).to.equal(0);
      }),
    );
  });
});

describe("the compatibility check", () => {
  const cudaVersion = fc.constantFrom(...CUDA_VERSIONS);
  const packages = fc.constantFrom(["torch"], ["ctranslate2"], ["torch", "ctranslate2"]);
  const python = fc.constantFrom("3.8", "3.9", "3.11.2", "3.14", "3.15");
  const target = fc.record<Target>({ python, packages, gpus: fc.array(gpu, { maxLength: 4 }) });
  const advised = /^pulumi config set morgan:cudaVersion (\S+)$/;

  it("advises only a CUDA version if that version alone is enough", () => {
    fc.assert(
      fc.property(cudaVersion, target, (configured, wanted) => {
        for (const { fix } of compatibilityProblems(configured, wanted)) {
          const other = CUDA_VERSIONS.find((item) => item === advised.exec(fix)?.[1]);
          if (other === undefined) {
            expect(CUDA_VERSIONS.filter((item) => compatibilityProblems(item, wanted).length === 0)).to.deep.equal([]);
          } else expect(compatibilityProblems(other, wanted)).to.deep.equal([]);
        }
      }),
    );
  });

  it("accepts the GPUs with the driver that it advises", () => {
    fc.assert(
      fc.property(cudaVersion, target, (configured, wanted) => {
        const fixes = compatibilityProblems(configured, wanted).map(({ fix }) => fix);
        const [, newer, other] = /driver to (\S+) or newer(?:, and .* (\S+))?/.exec(fixes.join("\n")) ?? [];
        if (newer === undefined || fixes.length > 1) return;
        const version = CUDA_VERSIONS.find((item) => item === other) ?? configured;
        const updated = wanted.gpus.map((item) =>
          compareVersions(item.driver, newer) < 0 ? { ...item, driver: newer } : item,
        );
        expect(compatibilityProblems(version, { ...wanted, gpus: updated })).to.deep.equal([]);
      }),
    );
  });

  it("accepts a GPU for which every package has machine code, on the row's driver or a newer driver", () => {
    fc.assert(
      fc.property(cudaVersion, fc.array(fc.tuple(gpu, fc.nat(9))), (configured, gpus) => {
        const row = COMPATIBILITY[configured];
        const codes = row.packages.map(({ machineCode }) => machineCode);
        const common = (codes[0] ?? []).filter((code) => codes.every((list) => list.includes(code)));
        const fitting = gpus.map(([item, choice]) => ({
          ...item,
          computeCapability: common[choice % common.length] ?? "",
          driver: compareVersions(item.driver, row.driver) < 0 ? row.driver : item.driver,
        }));
        expect(
          compatibilityProblems(configured, {
            python: row.python[0],
            packages: ["torch", "ctranslate2"],
            gpus: fitting,
          }),
        ).to.deep.equal([]);
      }),
    );
  });

  it("accepts with a newer driver all that it accepts with an older driver", () => {
    fc.assert(
      fc.property(cudaVersion, target, driver, (configured, wanted, other) => {
        if (compatibilityProblems(configured, wanted).length > 0) return;
        const newer = wanted.gpus.map((item) =>
          compareVersions(item.driver, other) < 0 ? { ...item, driver: other } : item,
        );
        expect(compatibilityProblems(configured, { ...wanted, gpus: newer })).to.deep.equal([]);
      }),
    );
  });
});
