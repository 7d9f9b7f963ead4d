import { expect } from "chai";
import { describe, it } from "mocha";

import { includeOrder, parseRequirementSet, RequirementsError } from "../../../components/requirements/inputs.ts";
import type { ReadRequirements } from "../../../components/requirements/inputs.ts";
import { checkLock, effectiveOverrides, inputsDigest, lockHeader } from "../../../components/requirements/lock.ts";

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
  it("have includes and requirements, without comments", () => {
    const parsed = parseRequirementSet("vad", "# why\n-r base.in\n\nnumpy==2.0  # pinned\nuvicorn[standard]==1\r\n");
    expect(parsed).to.deep.equal({ includes: ["base"], requirements: ["numpy==2.0", "uvicorn[standard]==1"] });
  });

  it("include only sets of the same folder", () => {
    expect(() => parseRequirementSet("vad", "-r ../base.in")).to.throw(RequirementsError, "../base.in");
  });

  it("have names that can contain a CUDA version", () => {
    expect(parseRequirementSet("tts-12.4", "-r torch-12.4.in").includes).to.deep.equal(["torch-12.4"]);
  });

  for (const outside of ["../torch.in", "..in", "x/..in", "a..in"]) {
    it(`cannot include ${outside}`, () => {
      expect(() => parseRequirementSet("tts-12.4", `-r ${outside}`)).to.throw(RequirementsError, outside);
    });
  }

  it("come once each, after the sets that they include", () => {
    const read = reader({ "a.in": "-r b.in\n-r c.in", "b.in": "-r d.in", "c.in": "-r d.in", "d.in": "" });
    expect(includeOrder(["a", "d"], read)).to.deep.equal(["d", "b", "c", "a"]);
  });

  it("cannot include each other in a circle", () => {
    const read = reader({ "a.in": "-r b.in", "b.in": "-r a.in" });
    expect(() => includeOrder(["a"], read)).to.throw(RequirementsError, "a -> b -> a");
  });
});

describe("overrides", () => {
  it("remove a package unless a set names that package", () => {
    const overrides = "torch ; sys_platform == 'never'\nTriton ; sys_platform == 'never'\n";
    const read = reader({ "cuda.in": "Torch==2.6.0", "tts.in": "-r cuda.in", "overrides.txt": overrides });
    expect(effectiveOverrides("tts", read)).to.deep.equal(["Triton ; sys_platform == 'never'"]);
  });
});

describe("checkLock", () => {
  it("accepts a lock that was made from the present inputs", () => {
    expect(kinds("base", hierarchy())).to.deep.equal([]);
    expect(kinds("vad", hierarchy())).to.deep.equal([]);
  });

  it("finds a missing lock", () => {
    expect(kinds("tts", hierarchy({ "tts.in": "-r base.in" }))).to.deep.equal(["missing-lock"]);
  });

  for (const [changed, file, text] of [
    ["its set", "vad.in", "-r base.in\nnumpy==2.1\n"],
    ["a set that its set includes", "base.in", "fastapi==1.2.4\n"],
    ["the overrides", "overrides.txt", "torch\ntriton\n"],
    ["the lock of an included set", "base.txt", entry],
  ] as const) {
    it(`finds a lock out of date after a change of ${changed}`, () => {
      expect(kinds("vad", hierarchy({ [file]: text }))).to.include("outdated-lock");
    });
  }

  it("accepts a change of comments", () => {
    expect(kinds("vad", hierarchy({ "vad.in": "# why\n-r base.in\n\nnumpy==2.0\n" }))).to.deep.equal([]);
  });

  it("finds a line without a hash, and quotes that line", () => {
    const read = hierarchy();
    const text = `${read("base.txt") ?? ""}numpy==2.0\n`;
    const [problem] = checkLock("base", hierarchy({ "base.txt": text }));
    expect(problem).to.include({ kind: "line-without-hash", lockFile: "base.txt", line: "numpy==2.0" });
  });

  it("finds a line that pins no package, such as an index", () => {
    const text = `${hierarchy()("base.txt") ?? ""}--index-url=https://example.org/simple\n`;
    expect(kinds("base", hierarchy({ "base.txt": text }))).to.deep.equal(["unexpected-line"]);
  });

  it("names the input that is missing", () => {
    const [problem] = checkLock("vad", reader({ "vad.in": "-r gone.in", "vad.txt": entry }));
    expect(problem).to.include({ kind: "unreadable-inputs", message: "gone.in is missing" });
  });
});
