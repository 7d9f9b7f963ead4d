import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "mocha";

import { checkCudaLibraries, cudaLibrary } from "../../../components/requirements/cuda-libraries.ts";
import { CUDA_VERSIONS } from "../../../components/catalog/cuda-version.ts";
import { lockChain } from "../../../components/catalog/stages.ts";
import { includeOrder, parseRequirementSet, RequirementsError } from "../../../components/requirements/inputs.ts";
import type { ReadRequirements } from "../../../components/requirements/inputs.ts";
import {
  checkLock,
  effectiveOverrides,
  inputsDigest,
  lockHeader,
  parseLock,
} from "../../../components/requirements/lock.ts";
import { catalog } from "../../../services/catalog.ts";

const hash = `sha256:${"ab".repeat(32)}`;
const entry = `fastapi==1.2.3 \\\n    --hash=${hash}\n`;

function reader(files: Readonly<Record<string, string>>): ReadRequirements {
  return (fileName) => (Object.hasOwn(files, fileName) ? files[fileName] : undefined);
}

/** A hierarchy of two sets whose locks are current, with files replaced or added. */
function hierarchy(changes: Readonly<Record<string, string>> = {}): ReadRequirements {
  const inputs = { "base.in": "fastapi==1.2.3\n", "vad.in": "-r base.in\nnumpy==2.0\n", "overrides.txt": "torch\n" };
  const base = { ...inputs, "base.txt": `${lockHeader(inputsDigest("base", reader(inputs)))}\n${entry}` };
  const vad = { ...base, "vad.txt": `${lockHeader(inputsDigest("vad", reader(base)))}\n${entry}` };
  return reader({ ...vad, ...changes });
}

function kinds(name: string, read: ReadRequirements): readonly string[] {
  return checkLock(name, read).map((problem) => problem.kind);
}

describe("requirement sets", () => {
  it("tell includes from requirements and leave comments out", () => {
    const parsed = parseRequirementSet("vad", "# why\n-r base.in\n\nnumpy==2.0  # pinned\nuvicorn[standard]==1\r\n");
    expect(parsed).to.deep.equal({ includes: ["base"], requirements: ["numpy==2.0", "uvicorn[standard]==1"] });
  });

  it("include only sets of the same folder", () => {
    expect(() => parseRequirementSet("vad", "-r ../base.in")).to.throw(RequirementsError, "../base.in");
  });

  it("are named for a CUDA version too, whose dot is no way out of the folder", () => {
    expect(parseRequirementSet("tts-12.4", "-r torch-12.4.in").includes).to.deep.equal(["torch-12.4"]);
    for (const outside of ["../torch.in", "..in", "x/..in", "a..in"]) {
      expect(() => parseRequirementSet("tts-12.4", `-r ${outside}`)).to.throw(RequirementsError, outside);
    }
  });

  it("are ordered so that each comes after those it includes, once", () => {
    const read = reader({ "a.in": "-r b.in\n-r c.in", "b.in": "-r d.in", "c.in": "-r d.in", "d.in": "" });
    expect(includeOrder(["a", "d"], read)).to.deep.equal(["d", "b", "c", "a"]);
  });

  it("may not include each other in a circle", () => {
    const read = reader({ "a.in": "-r b.in", "b.in": "-r a.in" });
    expect(() => includeOrder(["a"], read)).to.throw(RequirementsError, "a -> b -> a");
  });
});

describe("overrides", () => {
  it("hold for a package that nothing names, and not for one that a set asks for", () => {
    const overrides = "torch ; sys_platform == 'never'\nTriton ; sys_platform == 'never'\n";
    const read = reader({ "cuda.in": "Torch==2.6.0", "tts.in": "-r cuda.in", "overrides.txt": overrides });
    expect(effectiveOverrides("tts", read)).to.deep.equal(["Triton ; sys_platform == 'never'"]);
  });
});

describe("checkLock", () => {
  it("finds nothing wrong with a lock made from the present inputs", () => {
    expect(kinds("base", hierarchy())).to.deep.equal([]);
    expect(kinds("vad", hierarchy())).to.deep.equal([]);
  });

  it("finds a missing lock", () => {
    expect(kinds("tts", hierarchy({ "tts.in": "-r base.in" }))).to.deep.equal(["missing-lock"]);
  });

  it("finds a lock out of date after a change of its set, an included set, the overrides or a parent's lock", () => {
    for (const [file, text] of [
      ["vad.in", "-r base.in\nnumpy==2.1\n"],
      ["base.in", "fastapi==1.2.4\n"],
      ["overrides.txt", "torch\ntriton\n"],
      ["base.txt", entry],
    ] as const) {
      expect(kinds("vad", hierarchy({ [file]: text })), file).to.include("outdated-lock");
    }
  });

  it("does not mind comments", () => {
    expect(kinds("vad", hierarchy({ "vad.in": "# why\n-r base.in\n\nnumpy==2.0\n" }))).to.deep.equal([]);
  });

  it("finds a line without hash, and names it", () => {
    const read = hierarchy();
    const text = `${read("base.txt") ?? ""}numpy==2.0\n`;
    const [problem] = checkLock("base", hierarchy({ "base.txt": text }));
    expect(problem).to.include({ kind: "line-without-hash", lockFile: "base.txt", line: "numpy==2.0" });
  });

  it("finds a line that pins nothing, such as an index", () => {
    const text = `${hierarchy()("base.txt") ?? ""}--index-url=https://example.org/simple\n`;
    expect(kinds("base", hierarchy({ "base.txt": text }))).to.deep.equal(["unexpected-line"]);
  });

  it("says which input is missing", () => {
    const [problem] = checkLock("vad", reader({ "vad.in": "-r gone.in", "vad.txt": entry }));
    expect(problem).to.include({ kind: "unreadable-inputs", message: "gone.in is missing" });
  });
});

describe("the project's requirements", () => {
  const folder = new URL("../../../requirements/", import.meta.url);
  const files = readdirSync(folder);
  const read: ReadRequirements = (name) =>
    files.includes(name) ? readFileSync(new URL(name, folder), "utf8") : undefined;
  const names = files.filter((file) => file.endsWith(".in")).map((file) => file.slice(0, -".in".length));

  for (const name of names) {
    it(`${name}.txt is current and complete`, () => {
      expect(checkLock(name, read)).to.deep.equal([]);
    });
  }

  it("lock the same version of a package everywhere, for one CUDA version, so that images share layers", () => {
    for (const cudaVersion of CUDA_VERSIONS) {
      const others = CUDA_VERSIONS.filter((version) => version !== cudaVersion);
      const together = names.filter((name) => !others.some((version) => name.endsWith(`-${version}`)));
      const versions = new Map<string, Set<string>>();
      for (const { name, version } of together.flatMap((set) => parseLock(read(`${set}.txt`) ?? ""))) {
        versions.set(name, (versions.get(name) ?? new Set()).add(version));
      }
      expect([...versions].filter(([, found]) => found.size > 1)).to.deep.equal([]);
    }
  });

  it("give a set all that its parents lock", () => {
    for (const name of names) {
      const own = parseLock(read(`${name}.txt`) ?? "").map((locked) => locked.name);
      for (const parent of parseRequirementSet(name, read(`${name}.in`) ?? "").includes) {
        expect(own).to.include.members(parseLock(read(`${parent}.txt`) ?? "").map((locked) => locked.name));
      }
    }
  });

  it("keep torch out of what runs on the CPU, and of stt", () => {
    for (const name of ["vad", "tts-cpu", "stt-cpu", "dev", "stt-12.4", "stt-12.8"]) {
      expect(parseLock(read(`${name}.txt`) ?? "").map((locked) => locked.name)).not.to.include("torch");
    }
  });

  it("share one CUDA library, cuBLAS, between torch and CTranslate2", () => {
    const libraries = (set: string): string[] =>
      parseLock(read(`${set}.txt`) ?? "").flatMap(({ name }) => cudaLibrary(name) ?? []);
    for (const version of CUDA_VERSIONS) {
      expect(libraries(`cuda-${version}`)).to.deep.equal(["cublas"]);
      expect(libraries(`stt-${version}`)).to.deep.equal(["cublas"]);
      expect(libraries(`torch-${version}`)).to.include.members(["cublas", "cudnn", "cuda-runtime"]);
      expect(libraries(`tts-${version}`)).to.deep.equal(libraries(`torch-${version}`));
    }
  });

  it("have no CUDA library twice, and none where there is no CUDA, whichever service is built for whatever", () => {
    const variants = Object.values(catalog).flatMap((service) => Object.values(service.variants));
    for (const variant of variants) {
      for (const version of CUDA_VERSIONS) {
        const chain = lockChain(variant, version).map((name) => ({
          name,
          packages: parseLock(read(`${name}.txt`) ?? ""),
        }));
        expect(checkCudaLibraries(variant.baseStage, chain)).to.deep.equal([]);
      }
    }
  });

  it("lock for each service what it imports, and nothing for it that only another one does", () => {
    const sets = ["base", "core", "llm", "tts-cpu", "stt-cpu", "vad"];
    const holders = (name: string): string[] =>
      sets.filter((set) => parseLock(read(`${set}.txt`) ?? "").some((locked) => locked.name === name));
    expect(holders("uvloop")).to.deep.equal(sets);
    expect(holders("httptools")).to.deep.equal(sets);
    expect(holders("asyncpg")).to.deep.equal(["core"]);
    expect(holders("redis")).to.deep.equal(["core"]);
    expect(holders("aiohttp")).to.deep.equal(["core", "llm"]);
    expect(holders("numpy")).to.deep.equal(["stt-cpu", "vad"]);
    const unused = ["watchfiles", "websockets", "pyyaml", "python-dotenv", "python-multipart", "psutil"];
    for (const name of [...unused, "protobuf", "flatbuffers", "sounddevice"]) {
      expect(holders(name), name).to.deep.equal([]);
    }
  });
});
