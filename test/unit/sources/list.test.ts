import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { isLeftOut, listSources } from "../../../components/sources/list.ts";
import { useFolder } from "../support/project.ts";

describe("a folder of sources", () => {
  const project = useFolder();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(project.folder, "sources-"));
    write("a.py");
    write("app/b.py");
  });
  const write = (path: string, mode = 0o644): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), path);
    chmodSync(join(folder, path), mode);
  };
  const link = (path: string, target: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(target, join(folder, path));
  };
  const paths = (): string[] => listSources(folder).entries.map(({ path }) => path);
  const faults = (): Record<string, string> =>
    Object.fromEntries(listSources(folder).unusable.map(({ path, found }) => [path, found]));

  it("has its files and their executable bits, and no folder without files", () => {
    write("run.sh", 0o755);
    mkdirSync(join(folder, "empty"));
    expect(listSources(folder)).to.deep.equal({
      entries: [
        { kind: "file", path: "a.py", executable: false },
        { kind: "file", path: "app/b.py", executable: false },
        { kind: "file", path: "run.sh", executable: true },
      ],
      unusable: [],
    });
  });

  it("has files with odd names", () => {
    const odd = [
      "a b.txt",
      "-rf",
      "50%.txt",
      "é.txt",
      "日本.txt",
      "new\nline",
      "#x",
      "a\\b",
      "q?*[x]",
      "x".repeat(255),
    ];
    odd.forEach((name) => {
      write(name);
    });
    expect(paths()).to.have.members(["a.py", "app/b.py", ...odd]);
    expect(faults()).to.deep.equal({});
  });

  it("leaves out what no image gets", () => {
    for (const name of [".env", "__pycache__/x.py", "tests/x.py", "app/tests/x.py", "x.pyc", "x.egg-info/y"]) {
      write(name);
      expect(isLeftOut(name), name).to.equal(true);
    }
    expect(paths()).to.deep.equal(["a.py", "app/b.py"]);
    expect(isLeftOut("../a/./b")).to.equal(false);
  });

  for (const [path, target] of [
    ["c.py", "a.py"],
    ["c.py", "./app/../a.py"],
    ["app/c.py", "../a.py"],
    ["c", "app"],
    ["c", "app/"],
    ["app/up", ".."],
  ] as const) {
    it(`has the link ${path} -> ${target}`, () => {
      link(path, target);
      expect(listSources(folder).entries).to.deep.include({ kind: "link", path, target });
      expect(faults()).to.deep.equal({});
    });
  }

  it("has a link to a link", () => {
    link("c.py", "d.py");
    link("d.py", "a.py");
    expect(faults()).to.deep.equal({});
  });

  for (const [path, target, found] of [
    ["c.py", "../x.py", "leaves the folder"],
    ["app/c.py", "../../x.py", "leaves the folder"],
    ["c", "..", "leaves the folder"],
    ["c.py", "/etc/hostname", "leaves the folder"],
    ["c.py", "gone.py", "leads to nothing"],
    ["c.py", "c.py", "leads to nothing"],
    ["c.py", ".hidden", "no image has"],
    ["c.py", "tests/t.py", "no image has"],
    ["c.py", ".hidden-link", "no image has"],
    ["c", "empty", "no image has"],
    ["c.py", "out/x.py", "no image has"],
  ] as const) {
    it(`names the link ${path} -> ${target}`, () => {
      write(".hidden");
      write("tests/t.py");
      link(".hidden-link", "a.py");
      mkdirSync(join(folder, "empty"));
      writeFileSync(join(project.folder, "x.py"), "outside");
      if (target.startsWith("out/")) link("out", "..");
      link(path, target);
      expect(faults()[path]).to.contain(found).and.contain(target);
    });
  }

  it("names what is no file, without opening it", () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    expect(faults()).to.deep.equal({ pipe: "it is no file" });
  });

  it("names a name that is not UTF-8", () => {
    writeFileSync(Buffer.concat([Buffer.from(join(folder, "x")), Buffer.from([0xff])]), "");
    expect(Object.values(faults())).to.deep.equal(["its name is not UTF-8"]);
  });

  it("names a file that cannot be read as a whole", () => {
    write("weights.bin");
    truncateSync(join(folder, "weights.bin"), 2 ** 31);
    expect(faults()).to.deep.equal({ "weights.bin": "it is larger than 2 GiB" });
  });
});
