import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { sourceRevision } from "../../../components/sources/revision.ts";
import { runProgram } from "../../../components/system/run-program.ts";
import { useFolder } from "../support/project.ts";

const FILES = {
  "Pulumi.yaml": "name: morgan\n",
  "index.ts": "export {};\n",
  "README.md": "# Morgan\n",
  "Pulumi.dev.yaml": "config: {}\n",
  ".gitignore": "*.dump\n",
  "components/image/recipe.ts": "recipe\n",
  "requirements/vad.txt": "numpy==2\n",
  "services/vad/morgan_vad/app.py": "app = 1\n",
  "services/vad/tests/test_app.py": "test = 1\n",
  "toolchain/morgan.mjs": "run\n",
};
const APP = "services/vad/morgan_vad/app.py";

describe("the revision of the sources", () => {
  const project = useFolder();
  let root: string;
  let commit: string;

  const at = (path: string): string => join(root, path);
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
  };
  const git = (...args: string[]): string => gitIn(root, ...args);
  const gitIn = (folder: string, ...args: string[]): string => {
    const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "protocol.file.allow=always"];
    return execFileSync("git", [...identity, ...args], { cwd: folder, encoding: "utf8", stdio: "pipe" }).trim();
  };
  const commitAll = (message = "Change"): void => {
    git("add", "--all");
    git("commit", "--quiet", "--message", message);
    commit = git("rev-parse", "--short=12", "HEAD");
  };
  const revision = (): Promise<string | undefined> => sourceRevision(runProgram, root);

  beforeEach(() => {
    root = mkdtempSync(join(project.folder, "checkout-"));
    for (const [path, text] of Object.entries(FILES)) write(path, text);
    chmodSync(at("toolchain/morgan.mjs"), 0o755);
    git("init", "--quiet");
    commitAll();
  });

  it("is the commit if every file is as the commit has it", async () => {
    expect(await revision()).to.equal(commit);
    expect(commit).to.match(/^[0-9a-f]{12}$/);
  });

  for (const [change, make] of [
    [
      "a doc",
      () => {
        appendFileSync(at("README.md"), "more");
      },
    ],
    [
      "the configuration of a stack",
      () => {
        appendFileSync(at("Pulumi.dev.yaml"), "more");
      },
    ],
    [
      "a test of a service",
      () => {
        appendFileSync(at("services/vad/tests/test_app.py"), "more");
      },
    ],
    [
      "a file that no image gets",
      () => {
        write("services/vad/morgan_vad/__pycache__/app.pyc", "x");
      },
    ],
    [
      "the time of a file",
      () => {
        utimesSync(at(APP), 1, 1);
      },
    ],
    [
      "an empty folder",
      () => {
        mkdirSync(at("services/vad/morgan_vad/empty"));
      },
    ],
    [
      "the mode of a program that no image gets",
      () => {
        chmodSync(at("toolchain/morgan.mjs"), 0o644);
      },
    ],
  ] as const) {
    it(`is the commit after a change of ${change}`, async () => {
      make();
      expect(await revision()).to.equal(commit);
    });
  }

  for (const [change, make] of [
    [
      "a changed file",
      () => {
        appendFileSync(at(APP), "more");
      },
    ],
    [
      "a file that git does not know",
      () => {
        write("services/vad/morgan_vad/extra.py", "x");
      },
    ],
    [
      "a file that git ignores",
      () => {
        write("services/vad/morgan_vad/model.dump", "x");
      },
    ],
    [
      "a file that this clone ignores",
      () => {
        appendFileSync(at(".git/info/exclude"), "local.py\n");
        write("services/vad/morgan_vad/local.py", "x");
      },
    ],
    [
      "a staged file",
      () => {
        appendFileSync(at(APP), "more");
        git("add", "--all");
      },
    ],
    [
      "a file that is gone",
      () => {
        rmSync(at(APP));
      },
    ],
    [
      "a renamed file",
      () => {
        renameSync(at(APP), at("services/vad/morgan_vad/main.py"));
      },
    ],
    [
      "an executable bit",
      () => {
        chmodSync(at(APP), 0o755);
      },
    ],
    [
      "an executable bit that git is told not to compare",
      () => {
        git("config", "core.fileMode", "false");
        chmodSync(at(APP), 0o755);
      },
    ],
    [
      "a file that git takes for unchanged",
      () => {
        git("update-index", "--assume-unchanged", APP);
        appendFileSync(at(APP), "more");
      },
    ],
    [
      "a file that git skips",
      () => {
        git("update-index", "--skip-worktree", APP);
        appendFileSync(at(APP), "more");
      },
    ],
    [
      "other ends of lines, which git ignores",
      () => {
        git("config", "core.autocrlf", "true");
        write(APP, FILES[APP].replaceAll("\n", "\r\n"));
      },
    ],
    [
      "a change of equal size and time",
      () => {
        const { atime, mtime } = statSync(at(APP));
        write(APP, readFileSync(at(APP), "utf8").replace("1", "2"));
        utimesSync(at(APP), atime, mtime);
      },
    ],
    [
      "a link in place of a file",
      () => {
        renameSync(at(APP), at("services/vad/morgan_vad/tests"));
        symlinkSync("tests", at(APP));
      },
    ],
    [
      "a link that leaves its folder, though a commit has the link",
      () => {
        symlinkSync("../../../README.md", at("services/vad/morgan_vad/readme.py"));
        commitAll();
      },
    ],
    [
      "a folder that is a link, though a commit has the link",
      () => {
        renameSync(at("requirements"), at("elsewhere"));
        symlinkSync("elsewhere", at("requirements"));
        commitAll();
      },
    ],
    [
      "a recipe",
      () => {
        appendFileSync(at("components/image/recipe.ts"), "more");
      },
    ],
    [
      "the program",
      () => {
        appendFileSync(at("index.ts"), "more");
      },
    ],
    [
      "a lock",
      () => {
        appendFileSync(at("requirements/vad.txt"), "more");
      },
    ],
    [
      "what set-up installs",
      () => {
        appendFileSync(at("toolchain/morgan.mjs"), "more");
      },
    ],
    [
      "the defaults of the configuration",
      () => {
        appendFileSync(at("Pulumi.yaml"), "more");
      },
    ],
    [
      "a repository in a folder of sources",
      () => {
        mkdirSync(at("services/vad/morgan_vad/inner"));
        gitIn(at("services/vad/morgan_vad/inner"), "init", "--quiet");
        write("services/vad/morgan_vad/inner/x.py", "x");
      },
    ],
  ] as const) {
    it(`has a plus after ${change}`, async () => {
      make();
      expect(await revision()).to.equal(`${commit}+`);
    });
  }

  it("compares the files of a submodule", async () => {
    const other = mkdtempSync(join(project.folder, "other-"));
    writeFileSync(join(other, "x.py"), "x = 1\n");
    gitIn(other, "init", "--quiet");
    gitIn(other, "add", "--all");
    gitIn(other, "commit", "--quiet", "--message", "First");
    git("submodule", "--quiet", "add", other, "services/vad/morgan_vad/other");
    commitAll();
    expect(await revision()).to.equal(commit);
    appendFileSync(at("services/vad/morgan_vad/other/x.py"), "more");
    expect(await revision()).to.equal(`${commit}+`);
    git("-C", "services/vad/morgan_vad/other", "commit", "--quiet", "--all", "--message", "Second");
    expect(await revision(), "another commit than the recorded one").to.equal(`${commit}+`);
    git("submodule", "--quiet", "deinit", "--force", "services/vad/morgan_vad/other");
    expect(await revision(), "not checked out").to.equal(`${commit}+`);
  });

  it("is of the project's own folder in a larger repository", async () => {
    write("project/index.ts", "1");
    write("project/services/vad/morgan_vad/app.py", "1");
    commitAll();
    expect(await sourceRevision(runProgram, at("project"))).to.equal(commit);
    write("project/services/vad/morgan_vad/app.py", "2");
    expect(await sourceRevision(runProgram, at("project"))).to.equal(`${commit}+`);
  });

  it("is empty outside of a checkout, and unknown if git cannot read the checkout", async () => {
    const missing = (): Promise<undefined> => Promise.resolve(undefined);
    expect(await sourceRevision(missing, root)).to.equal(undefined);
    expect(await sourceRevision(missing, at("services/vad"))).to.equal(undefined);
    writeFileSync(at(".git/HEAD"), "broken");
    expect(await revision()).to.equal(undefined);
    rmSync(at(".git"), { recursive: true });
    expect(await revision()).to.equal("");
    expect(await sourceRevision(missing, root)).to.equal("");
  });

  it("does not depend on the owner of the checkout", async function () {
    // Only root can give a folder to another user.
    const owner = process.getuid?.() === 0 ? 12_345 : (process.getuid?.() ?? 0);
    chownSync(root, owner, owner);
    chownSync(at(".git"), owner, owner);
    expect(await revision()).to.equal(commit);
  });
});
