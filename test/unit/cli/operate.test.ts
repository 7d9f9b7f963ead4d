import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { execute } from "../../../cli/lib/run-program.ts";
import { operate, operateOrCreate, withoutSalt } from "../../../cli/stack/pulumi.ts";
import { useFolder } from "../support/project.ts";
import { usePrograms } from "../support/programs.ts";
import { DEV } from "../support/stacks.ts";
import { useVariable } from "../support/variable.ts";

const PROD = { name: "prod", reference: "acme/prod" };

describe("an operation of Pulumi", () => {
  const project = useFolder();
  const programs = usePrograms(project);
  const useFile = useVariable("PULUMI_CONFIG_PASSPHRASE_FILE");
  const useFolderOfShell = useVariable("MORGAN_TMPDIR");
  afterEach(() => programs.called());
  const plain = (call: string): string => call.replace(" --non-interactive", "");

  it("runs once on a stack that exists, with the caller's flags, and returns its exit code", async () => {
    programs.write("pulumi", "exit 3");
    expect(await operate("preview", DEV, ["--diff"])).to.equal(3);
    expect(programs.called().map(plain)).to.deep.equal(["pulumi preview --stack dev --diff"]);
  });

  it("has a new folder for temporary files, which is gone afterwards, also if it fails", async () => {
    useFolderOfShell("/checkout/.morgan/runs/shell");
    programs.write("pulumi", 'echo "$MORGAN_TMPDIR" >>folders; mkdir -p "$MORGAN_TMPDIR"; exit 3');
    for (const operation of ["up", "up"]) await operate(operation, DEV, []);
    const folders = readFileSync("folders", "utf8").trim().split("\n");
    expect(new Set(folders)).to.have.length(2);
    for (const folder of folders) {
      expect(folder).to.match(/\/\.morgan\/runs\/run-[0-9a-f]{8}$/);
      expect(existsSync(folder)).to.equal(false);
    }
  });

  it("creates the stack if there is none, selects it only if a command without a name takes it, and runs again", async () => {
    const missing = `echo "error: no stack named 'dev' found" >&2`;
    programs.write("pulumi", `case "$1" in stack) touch made;; *) [ -e made ] || { ${missing}; exit 255; };; esac`);
    for (const [isDefault, select] of [
      [true, ""],
      [false, " --no-select"],
    ] as const) {
      project.remove("made");
      expect(await operateOrCreate("up", DEV, [], isDefault)).to.equal(0);
      expect(programs.called().map(plain)).to.deep.equal([
        "pulumi up --stack dev",
        `pulumi stack init dev${select}`,
        "pulumi up --stack dev",
      ]);
    }
  });

  it("leaves the standard output to Pulumi's JSON while it creates the stack", async () => {
    const missing = `echo "error: no stack named 'dev' found" >&2`;
    programs.write(
      "pulumi",
      `case "$1" in stack) touch made; echo Created;; *) [ -e made ] || { ${missing}; exit 255; }; echo '{}';; esac`,
    );
    project.remove("made");
    const module = fileURLToPath(new URL("../../../cli/stack/pulumi.ts", import.meta.url));
    project.write(
      "main.mjs",
      `import { operateOrCreate } from ${JSON.stringify(module)};
await operateOrCreate("up", { name: "dev", reference: "dev" }, ["--json"], true);`,
    );
    expect(await execute(process.execPath, ["main.mjs"])).to.deep.include({ code: 0, stdout: "{}\n" });
  });

  it("is followed by what to do if the passphrase is not that of the stack", async () => {
    const lines: unknown[] = [];
    const { error } = console;
    console.error = (line: unknown) => void lines.push(line);
    useFile("/checkout/.morgan/passphrase");
    try {
      programs.write("pulumi", 'echo "error: getting secrets manager: incorrect passphrase" >&2; exit 255');
      expect(await operate("preview", PROD, [])).to.equal(255);
      programs.write("pulumi", "exit 1");
      expect(await operate("preview", PROD, [])).to.equal(1);
    } finally {
      console.error = error;
    }
    expect(lines).to.have.length(1);
    expect(lines[0])
      .to.include("the one in /checkout/.morgan/passphrase")
      .and.include("Pulumi.prod.yaml")
      .and.include("pulumi config set --secret KEY --stack acme/prod");
  });

  it("returns the program's output, and fails if there is no such program", async () => {
    programs.write("noisy", "echo out; echo err >&2; exit 7");
    expect(await execute("noisy", [])).to.deep.equal({ code: 7, stdout: "out\n", stderr: "err\n" });
    expect(await execute("no-such-program", []).catch(String)).to.contain("ENOENT");
  });
});

describe("the salt of a passphrase", () => {
  const project = useFolder();
  const programs = usePrograms(project);
  const file = "Pulumi.dev.yaml";
  const usePassphrase = useVariable("PULUMI_CONFIG_PASSPHRASE_FILE");
  const config = 'config:\n  morgan:gatewayPort: "8080"\n';
  const salted = `encryptionsalt: v1:abc=\n${config}`;
  const leaves = async (before: string, own: boolean): Promise<string> => {
    usePassphrase(own ? "/checkout/.morgan/passphrase" : "/home/me/passphrase");
    project.write(file, before);
    await withoutSalt(DEV, () => {
      project.write(file, salted);
      return Promise.resolve(0);
    });
    return readFileSync(file, "utf8");
  };

  it("does not stay in a stack's file if the passphrase belongs to this checkout alone", async () => {
    expect(await leaves(config, true)).to.equal(config);
  });

  it("stays if it was there before, or if the passphrase is the user's own", async () => {
    expect(await leaves(salted, true)).to.equal(salted);
    expect(await leaves(config, false)).to.equal(salted);
  });

  it("is removed if a plain pulumi left it and the checkout came without it", async () => {
    programs.write("git", `echo 'config:'`);
    expect(await leaves(salted, true)).to.equal(config);
    project.remove("bin/git");
  });

  it("is removed on a machine without git", async () => {
    const path = process.env["PATH"];
    process.env["PATH"] = project.folder;
    try {
      expect(await leaves(config, true)).to.equal(config);
    } finally {
      process.env["PATH"] = path;
    }
  });

  it("is removed even if the operation failed", async () => {
    process.env["PULUMI_CONFIG_PASSPHRASE_FILE"] = "/checkout/.morgan/passphrase";
    project.write(file, config);
    const failed = withoutSalt(DEV, () => {
      project.write(file, salted);
      return Promise.reject(new Error("failed"));
    });
    expect(await failed.catch(String)).to.equal("Error: failed");
    expect(readFileSync(file, "utf8")).to.equal(config);
  });
});
