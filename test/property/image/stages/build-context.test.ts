import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { layOutContext, layOutFile, type Context } from "../../../../components/image/stages/build-context.ts";
import { useFolder } from "../../../unit/support/project.ts";

/** Files of a source folder, by path. */
type Files = Readonly<Record<string, string>>;

const name = fc.stringMatching(/^[a-c][a-z_]{0,3}\.(?:py|json)$/);
const folder = fc.constantFrom("", "app/", "app/models/", "web/");
const path = fc.tuple(folder, name).map((parts) => parts.join(""));
const files = fc.dictionary(path, fc.string(), { minKeys: 1, maxKeys: 6, noNullPrototype: true });
const RUNS = { numRuns: 25 };

/** Names that a folder of sources may have beside the sources. */
const LEFT_OUT = [
  "__pycache__/a.pyc",
  "a.pyc",
  "tests/test_a.py",
  "app/tests/b.py",
  ".env",
  ".git/config",
  "m.egg-info/x",
];

describe("a build context", () => {
  const project = useFolder();

  /** Writes the files into a new folder, in the order in which they are given. */
  const write = (given: Files, { mode = 0o644, time = new Date() } = {}): string => {
    const from = mkdtempSync(join(project.folder, "sources-"));
    for (const [file, text] of Object.entries(given)) {
      const target = join(from, file);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text);
      chmodSync(target, mode);
      utimesSync(target, time, time);
    }
    return from;
  };
  const layOut = (given: Files, how?: Parameters<typeof write>[1]): Context =>
    layOutContext("stage", [{ from: write(given, how), to: "code" }]);

  it("is the same for the same names and contents, whatever other modes, times, order and place", () => {
    fc.assert(
      fc.property(
        files,
        fc.constantFrom(0o600, 0o644, 0o666),
        fc.integer({ max: 2e9, min: 0 }),
        (given, mode, time) => {
          const reversed = Object.fromEntries(Object.entries(given).reverse());
          expect(layOut(reversed, { mode, time: new Date(time * 1000) })).to.deep.equal(layOut(given));
        },
      ),
      RUNS,
    );
  });

  it("differs for another byte or another name", () => {
    fc.assert(
      fc.property(files, fc.nat(), (given, index) => {
        const entries = Object.entries(given);
        const [file = "", text = ""] = entries[index % entries.length] ?? [];
        const { digest, location } = layOut(given);
        const others = [
          { ...given, [file]: `${text} ` },
          { ...given, [`${file}x`]: text },
          Object.fromEntries(entries.map(([key, value]) => [key === file ? `${key}x` : key, value])),
        ];
        for (const other of others) {
          expect(layOut(other).digest).not.to.equal(digest);
          expect(layOut(other).location).not.to.equal(location);
        }
      }),
      RUNS,
    );
  });

  it("differs if a byte moves from one file into the next", () => {
    expect(layOut({ "a.py": "1", "b.py": "23" }).digest).not.to.equal(layOut({ "a.py": "12", "b.py": "3" }).digest);
  });

  it("does not depend on files beside the sources", () => {
    fc.assert(
      fc.property(files, fc.subarray(LEFT_OUT, { minLength: 1 }), (given, beside) => {
        const more = { ...given, ...Object.fromEntries(beside.map((file) => [file, "more"])) };
        expect(layOut(more)).to.deep.equal(layOut(given));
      }),
      RUNS,
    );
  });

  it("contains exactly the files, at its location", () => {
    fc.assert(
      fc.property(files, (given) => {
        const { location } = layOut(given);
        const found = list(join(location, "code")).filter((file) => statSync(join(location, "code", file)).isFile());
        expect(
          Object.fromEntries(found.map((file) => [file, readFileSync(join(location, "code", file), "utf8")])),
        ).to.deep.equal(given);
      }),
      RUNS,
    );
  });

  it("has the same modes and times on every machine, whatever its umask", () => {
    const given = { "a.py": "a", "app/models/b.py": "b" };
    const umask = process.umask(0o077);
    try {
      const { location } = layOut(given);
      const found = [".", ...list(location)].map((file) => {
        const { mode, mtimeMs } = statSync(join(location, file));
        return [file, (mode & 0o777).toString(8), mtimeMs] as const;
      });
      const time = Date.UTC(2024, 0, 1);
      expect(found).to.have.deep.members([
        [".", "755", time],
        ["code", "755", time],
        ["code/a.py", "644", time],
        ["code/app", "755", time],
        ["code/app/models", "755", time],
        ["code/app/models/b.py", "644", time],
      ]);
    } finally {
      process.umask(umask);
    }
  });

  it("has links, and the executable bits of files, each with a digest of its own", () => {
    const plain = write({ "a.py": "b.py", "run.sh": "#!/bin/sh" });
    const from = write({ "run.sh": "#!/bin/sh" }, { mode: 0o700 });
    symlinkSync("run.sh", join(from, "a.py"));
    const { location, digest } = layOutContext("stage", [{ from, to: "code" }]);
    expect(readlinkSync(join(location, "code/a.py"))).to.equal("run.sh");
    expect(lstatSync(join(location, "code/a.py")).mtimeMs).to.equal(Date.UTC(2024, 0, 1));
    expect(statSync(join(location, "code/run.sh")).mode & 0o777).to.equal(0o755);
    expect(digest).not.to.equal(layOutContext("stage", [{ from: plain, to: "code" }]).digest);
    chmodSync(join(from, "run.sh"), 0o600);
    expect(layOutContext("stage", [{ from, to: "code" }]).digest).not.to.equal(digest);
  });

  it("refuses a folder with something that cannot be in an image", () => {
    const from = write({ "a.py": "a" });
    symlinkSync("../outside.py", join(from, "b.py"));
    expect(() => layOutContext("stage", [{ from, to: "code" }])).to.throw("b.py cannot be in an image");
  });

  it("takes a single file under the name that it is given", () => {
    const from = join(write({ "tts-cpu.txt": "lock" }), "tts-cpu.txt");
    const { location } = layOutContext("deps", [{ from, to: "requirements.txt" }]);
    expect(readFileSync(join(location, "requirements.txt"), "utf8")).to.equal("lock");
  });

  it("is a folder of the project with its stage and digest as name, without leftovers", () => {
    const { location, digest } = layOutContext("core", [{ from: write({ "a.py": "z" }), to: "code" }]);
    expect(location).to.equal(`.morgan/contexts/core-${digest.slice(0, 16)}`);
    const unfinished = readdirSync(".morgan/contexts").filter((entry) => !/^[a-z]+-[0-9a-f]{16}$/.test(entry));
    expect(unfinished).to.deep.equal([]);
  });

  it("of one large file differs if the file differs, even with the same size and time", () => {
    const from = join(write({ uv: "one" }, { time: new Date(0) }), "uv");
    const file = { from, to: "uv" };
    expect(layOutFile("large", file)).to.deep.equal(layOutContext("large", [file]));
    const first = layOutFile("large", file);
    writeFileSync(from, "two");
    utimesSync(from, new Date(0), new Date(0));
    const second = layOutFile("large", file);
    expect(second.digest).not.to.equal(first.digest);
    expect(readFileSync(join(second.location, "uv"), "utf8")).to.equal("two");
  });

  it("of one large file is taken from its remembered digest, and copied again if it is gone", () => {
    const file = { from: join(write({ uv: "three" }), "uv"), to: "uv" };
    const other = layOutContext("kept", [{ from: join(write({ uv: "four" }), "uv"), to: "uv" }]);
    const { digest, location } = layOutFile("kept", file);
    const memory = readdirSync(".morgan/contexts").find((entry) => /^kept\.[0-9a-f]{16}$/.test(entry)) ?? "";
    writeFileSync(join(".morgan/contexts", memory), other.digest);
    expect(layOutFile("kept", file), "nobody reads the file").to.deep.equal(other);
    writeFileSync(join(".morgan/contexts", memory), digest);
    rmSync(location, { recursive: true });
    expect(layOutFile("kept", file)).to.deep.equal({ digest, location, files: { uv: digest.slice(0, 12) } });
    expect(existsSync(location)).to.equal(true);
  });

  it("is an error if a part is missing", () => {
    expect(() => layOutContext("core", [{ from: "services/none", to: "code" }])).to.throw(/ENOENT.*services\/none/);
    expect(() => layOutFile("tools", { from: "services/none", to: "uv" })).to.throw(/ENOENT.*services\/none/);
  });
});

/** Returns the paths below a folder, of files and of folders. */
function list(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" });
}
