import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { containersOf, docker } from "./support/engine.ts";
import { TestStack } from "./support/test-stack.ts";

/** Names that a shell, a URL, a tar archive or a Dockerfile could take for something else. */
const ODD = ["a b.txt", "-rf", "50%.txt", "100%2Fx", "é.txt", "日本.txt", "new\nline", "#x", "a\\b", "q?*[x]", "!neg"];

/** Prints what is in the service's folder in its image, as JSON: each path with its link, or with its mode. */
const LIST = `
import json, os
found = {}
for folder, folders, files in os.walk("morgan_llm/odd"):
    for name in files + [name for name in folders if os.path.islink(os.path.join(folder, name))]:
        path = os.path.join(folder, name)
        link = os.path.islink(path)
        found[os.path.relpath(path, "morgan_llm/odd")] = os.readlink(path) if link else oct(os.stat(path).st_mode & 0o777)
print(json.dumps(found))
`;

describe("the sources of a service", () => {
  let stack: TestStack;
  const at = (path: string): string => join(stack.folder, "services/llm/morgan_llm", path);
  const git = (...args: string[]): string => {
    const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    return execFileSync("git", [...identity, ...args], { cwd: stack.folder, encoding: "utf8" }).trim();
  };
  const revision = async (): Promise<string | undefined> => (await stack.outputs()).releases[0]?.revision;

  before(async () => {
    stack = await TestStack.create({ services: ["llm"] });
    mkdirSync(at("odd/folder"), { recursive: true });
    for (const name of ODD) writeFileSync(at(`odd/${name}`), name);
    writeFileSync(at("odd/folder/run.sh"), "#!/bin/sh\necho it ran\n");
    chmodSync(at("odd/folder/run.sh"), 0o700);
    symlinkSync("folder/run.sh", at("odd/run"));
    symlinkSync("folder", at("odd/other"));
    git("init", "--quiet");
    git("add", "--all");
    git("commit", "--quiet", "--message", "All");
    await stack.up();
  });

  after(() => stack.dispose());

  it("are in its image, with their names, links and executable bits", () => {
    const id = containersOf(stack.name)["llm"]?.Id ?? "";
    const found: unknown = JSON.parse(docker("exec", id, "python3", "-c", LIST));
    expect(found).to.deep.equal({
      ...Object.fromEntries(ODD.map((name) => [name, "0o644"])),
      "folder/run.sh": "0o755",
      run: "folder/run.sh",
      other: "folder",
    });
    expect(docker("exec", id, "morgan_llm/odd/run").trim()).to.equal("it ran");
  });

  it("have a commit if it has every file, and a plus after a file that git does not know", async () => {
    expect(await revision()).to.equal(git("rev-parse", "--short=12", "HEAD"));
    writeFileSync(at("extra.py"), "X = 1\n");
    await stack.up();
    expect(await revision()).to.equal(`${git("rev-parse", "--short=12", "HEAD")}+`);
  });

  it("are refused with a link that leaves their folder, before anything is built", async () => {
    symlinkSync("../../shared/morgan_shared/wav_writer.py", at("header.py"));
    const message = await stack.failure("preview");
    expect(message).to.include("1 problem").and.include("services/llm/morgan_llm/header.py");
    expect(message).to.include("leaves the folder: ../../shared/morgan_shared/wav_writer.py");
    rmSync(at("header.py"));
  });
});
