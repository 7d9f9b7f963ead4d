import { expect } from "chai";
import { describe, it } from "mocha";

import type { Problem } from "../../../components/lib/errors.ts";
import {
  checkInputs,
  includeOrder,
  parseRequirementSet,
  RequirementsError,
} from "../../../components/requirements/inputs.ts";
import type { ReadRequirements } from "../../../components/requirements/inputs.ts";
import { effectiveOverrides, parseLock, sealLock, unpinnedLines } from "../../../components/requirements/lock.ts";
import { checkLock } from "../../../components/requirements/lock-check.ts";

const hash = `sha256:${"ab".repeat(32)}`;
const entry = (pin: string): string => `${pin} \\\n    --hash=${hash}\n`;
const FASTAPI = entry("fastapi==1.2.3");

function reader(files: Readonly<Record<string, string>>): ReadRequirements {
  return (fileName) => (Object.hasOwn(files, fileName) ? files[fileName] : undefined);
}

/** Two sets, the second on the first, with overrides. */
const INPUTS = {
  "base.in": "fastapi==1.2.3\n",
  "vad.in": "-r base.in\nnumpy==2.0\n",
  "overrides.txt": "torch ; sys_platform == 'never'\n",
};

/** A hierarchy of two sets whose locks were made from these entries, with files replaced or added afterwards. */
function hierarchy(
  changes: Readonly<Record<string, string>> = {},
  own = FASTAPI + entry("numpy==2.0"),
): ReadRequirements {
  const base = { ...INPUTS, "base.txt": sealLock("base", FASTAPI, reader(INPUTS)) };
  const vad = { ...base, "vad.txt": sealLock("vad", own, reader(base)) };
  return reader({ ...vad, ...changes });
}

/** Returns what is wrong with a lock file; empty if nothing is. */
function found(name: string, read: ReadRequirements): string {
  return checkLock(name, read)
    .map((problem) => problem.found)
    .join("\n");
}

describe("requirement sets", () => {
  it("have includes and requirements, without comments", () => {
    const parsed = parseRequirementSet("# why\n-r base.in\n\nnumpy==2.0  # pinned\nuvicorn[standard]==1\r\n");
    expect(parsed).to.deep.equal({ includes: ["base"], requirements: ["numpy==2.0", "uvicorn[standard]==1"] });
  });

  it("have names that can contain a CUDA version", () => {
    expect(parseRequirementSet("-r torch-12.4.in").includes).to.deep.equal(["torch-12.4"]);
  });

  for (const outside of ["../torch.in", "..in", "x/..in", "a..in", "base.txt", "https://x/base.in"]) {
    it(`cannot include ${outside}`, () => {
      const [problem] = checkInputs(["vad"], reader({ "vad.in": `-r ${outside}` }));
      expect(problem).to.include({ key: "requirements/vad.in", found: `"-r ${outside}"` });
      expect(problem?.fix).to.contain("include that file");
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

describe("a line of a .in file", () => {
  const problemOf = (line: string): Problem | undefined => checkInputs(["vad"], reader({ "vad.in": `${line}\n` }))[0];

  for (const line of [
    "numpy==2.4.6",
    "Foo.Bar_baz == 1!2.0rc1.post2.dev3",
    "uvicorn[standard]==0.54.0",
    "torch==2.6.0+cu124",
    "numpy==2.0  # a comment",
    "\ufeffnumpy==2.0",
  ]) {
    it(`may be ${line}`, () => {
      expect(problemOf(line)).to.equal(undefined);
    });
  }

  for (const [line, fix] of [
    ["--extra-index-url https://download.example.org/whl/cu124", "morgan:pypiExtraIndex"],
    ["--index-url=https://example.org/simple", "morgan:pypiIndex"],
    ["-i https://example.org/simple", "morgan:pypiIndex"],
    ["-f ./wheels", "morgan:pypiIndex"],
    ["--find-links ./wheels", "morgan:pypiIndex"],
    ["-c pins.txt", "write NAME==VERSION for each package"],
    ["--constraint=pins.txt", "write NAME==VERSION for each package"],
    ["-e ./libs/x", "services/"],
    ["--editable git+https://example.org/x.git", "services/"],
    ["./vendor/foo-1-py3-none-any.whl", "services/"],
    ["foo-1-py3-none-any.whl", "services/"],
    ["libs/foo", "services/"],
    ["file:///srv/foo-1.tar.gz", "services/"],
    ["en-core-web-sm @ https://example.org/en_core_web_sm-3.8.0-py3-none-any.whl", "package index"],
    ["https://example.org/foo-1-py3-none-any.whl", "package index"],
    ["git+https://example.org/foo.git@main#egg=foo", "package index"],
    ["git@example.org:foo.git", "package index"],
    ["numpy==2.0 --hash=sha256:00", "npm run lock adds the hashes"],
    ["numpy==2.0 \\", "backslashes"],
    ["--pre", "remove the line"],
    ["--no-binary=:all:", "remove the line"],
    ["numpy==2.0 ; python_version < '3.12'", "remove the condition"],
    ["numpy>=2.0", "write NAME==VERSION"],
    ["numpy~=2.0", "write NAME==VERSION"],
    ["numpy==2.*", "write NAME==VERSION"],
    ["numpy===2.0", "write NAME==VERSION"],
    ["numpy==2.0,<3", "write NAME==VERSION"],
    ["numpy", "write NAME==VERSION"],
    ["numpy==${VERSION}", "write NAME==VERSION"],
    ["numpy==2.0-RC1", "leading zeros"],
    ["certifi==2026.01.05", "leading zeros"],
    ["<<<<<<< HEAD", "resolve the conflict"],
    ["=======", "resolve the conflict"],
  ] as const) {
    it(`cannot be ${line}, and the problem names the way out`, () => {
      const problem = problemOf(line);
      expect(problem).to.include({ key: "requirements/vad.in", found: `"${line}"` });
      expect(problem?.fix).to.contain(fix).and.not.equal("npm run lock");
    });
  }

  it("is reported with all others, of every set that is included", () => {
    const files = { "base.in": "numpy\n--pre\n", "vad.in": "-r base.in\nredis>=1\n", "overrides.txt": "torch==2\n" };
    const keys = checkLock("vad", reader(files)).map(({ key }) => key);
    expect(keys).to.deep.equal(["base.in", "base.in", "vad.in", "overrides.txt"].map((file) => `requirements/${file}`));
  });

  it("cannot name another version than a set that is included", () => {
    const files = { "base.in": "Foo_Bar==1\n", "vad.in": "-r base.in\nfoo-bar==2\n" };
    const [problem, ...others] = checkInputs(["base", "vad"], reader(files));
    expect(problem).to.include({ key: "requirements/vad.in", found: "foo-bar==2" });
    expect(problem?.expected).to.contain("foo-bar==1, as in requirements/base.in");
    expect(others).to.deep.equal([]);
  });
});

describe("checkLock", () => {
  it("accepts a lock that was made from the present inputs", () => {
    expect(found("base", hierarchy())).to.equal("");
    expect(found("vad", hierarchy())).to.equal("");
  });

  it("finds a missing lock, also of an included set", () => {
    expect(checkLock("tts", hierarchy({ "tts.in": "-r base.in" }))[0]).to.include({ key: "requirements/tts.txt" });
    const read = hierarchy();
    const [problem, ...others] = checkLock("vad", (file) => (file === "base.txt" ? undefined : read(file)));
    expect(problem).to.include({ key: "requirements/base.txt", found: "no such file" });
    expect(others).to.deep.equal([]);
  });

  for (const [changed, file, text] of [
    ["its set", "vad.in", "-r base.in\nnumpy==2.0\nredis==1\n"],
    ["its set, by a requirement that is gone", "vad.in", "-r base.in\n"],
    ["a set that its set includes", "base.in", "fastapi==1.2.4\n"],
    ["the overrides", "overrides.txt", "triton ; sys_platform == 'never'\n"],
    ["the lock of an included set", "base.txt", FASTAPI],
  ] as const) {
    it(`finds a lock out of date after a change of ${changed}`, () => {
      expect(found("vad", hierarchy({ [file]: text }))).to.contain("not made from the present inputs");
    });
  }

  it("accepts a change of comments", () => {
    expect(found("vad", hierarchy({ "vad.in": "# why\n-r base.in\n\nnumpy==2.0\n" }))).to.equal("");
  });

  for (const [edit, change] of [
    ["a version", (text: string) => text.replace("numpy==2.0", "numpy==1.0")],
    ["a hash", (text: string) => text.replace(/ab(?=\n$)/, "cd")],
    ["a hash more", (text: string) => text.replace(/\n$/, ` --hash=sha256:${"cd".repeat(32)}\n`)],
    ["a package less", (text: string) => text.replace(entry("numpy==2.0"), "")],
    ["a package more", (text: string) => text + entry("left-pad==1")],
    ["a package twice", (text: string) => text + entry("numpy==2.0")],
    ["a comment that would hide a package from one reader", (text: string) => `${text}# \\\n${entry("left-pad==1")}`],
    ["an index", (text: string) => `${text}--index-url=https://example.org/simple\n`],
    ["no content at all", (text: string) => text.split("\n", 1).join("")],
  ] as const) {
    it(`finds an edit by hand below a first line that stayed: ${edit}`, () => {
      const text = hierarchy()("vad.txt") ?? "";
      expect(change(text)).not.to.equal(text);
      expect(found("vad", hierarchy({ "vad.txt": change(text) }))).to.contain("by hand or by a merge");
    });
  }

  it("finds the conflict markers of a merge", () => {
    const text = `<<<<<<< HEAD\n${FASTAPI}=======\n${FASTAPI}>>>>>>> other\n`;
    expect(found("base", hierarchy({ "base.txt": text }))).to.equal("conflict markers of a merge");
  });

  for (const [content, entries, expected] of [
    ["another version than its set", FASTAPI + entry("numpy==1.9"), "numpy==1.9, but vad.in has numpy==2.0"],
    ["no package of its set", FASTAPI, "no numpy, but vad.in has numpy==2.0"],
    ["two versions of a package", FASTAPI + entry("numpy==2.0") + entry("numpy==2.1"), "numpy twice"],
    [
      "another version than the lock that it includes",
      entry("fastapi==1.2.4") + entry("numpy==2.0"),
      "fastapi==1.2.4, but base.txt has fastapi==1.2.3",
    ],
    ["a package that is removed", FASTAPI + entry("numpy==2.0") + entry("torch==2"), "torch==2, but overrides.txt"],
    ["a package without a hash", `${FASTAPI}numpy==2.0\n`, '"numpy==2.0" is no name==version with a hash'],
    [
      "a line that a comment seems to continue",
      `${FASTAPI}${entry("numpy==2.0")}# a \\\nleft-pad==1\n`,
      '"left-pad==1" is no name',
    ],
    ["an address", `${FASTAPI}${entry("numpy==2.0")}x @ https://x/x.whl\n`, '"x @ https://x/x.whl" is no name'],
  ] as const) {
    it(`finds ${content}, even under a first line that fits`, () => {
      expect(found("vad", hierarchy({}, entries)))
        .to.contain(expected)
        .and.not.contain("not made from");
    });
  }

  it("accepts another spelling of a version, and a local part that the set leaves open", () => {
    expect(found("vad", hierarchy({}, FASTAPI + entry("numpy==2.0.0")))).to.equal("");
    expect(found("vad", hierarchy({}, FASTAPI + entry("numpy==2+cpu")))).to.equal("");
    expect(found("vad", hierarchy({}, FASTAPI + entry("numpy==2.0.1")))).to.contain("numpy==2.0.1");
  });

  it("takes the hashes that an index gives, and nothing weaker", () => {
    const line = (algorithm: string, digits: number): string => `a==1 --hash=${algorithm}:${"0".repeat(digits)}\n`;
    for (const strong of [line("sha256", 64), line("sha384", 96), line("sha512", 128)]) {
      expect(unpinnedLines(strong)).to.deep.equal([]);
      expect(parseLock(strong)).to.have.length(1);
    }
    for (const weak of [line("md5", 32), line("sha256", 63), "a==1\n"])
      expect(unpinnedLines(weak)).to.deep.equal([weak.trim()]);
  });

  it("names the input that is missing", () => {
    const [problem] = checkLock("vad", reader({ "vad.in": "-r gone.in", "vad.txt": FASTAPI }));
    expect(problem?.found).to.equal("requirements/gone.in: no such file");
  });
});
