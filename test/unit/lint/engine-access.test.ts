import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "chai";

const ROOT = resolve(import.meta.dirname, "../../..");

/** The files in which a label's name may stand, beside the one that defines it. */
const MAY_SPELL_LABELS: Readonly<Record<string, string>> = {
  "components/engine/labels.ts": "defines the names",
};

/** The files that may use the name of a stack in a question to the engine: the others would find another state's things. */
const MAY_ASK = ["components/engine/labels.ts", "components/engine/ownership.ts"];

/** Programs whose `--format` is no text of the engine that this program parses. */
const OTHER_FORMATS = [
  /"history", "ls", "--format", "json"/, // BuildKit's history is not in the engine's API.
  /"buildx", "ls", "--format", "json"/, // Builders are the client's, not the engine's.
  /"--format=custom"/, // pg_dump
  /"--format=csv,noheader,nounits"/, // nvidia-smi
];

/** A call of the Docker client that lists or inspects things of the engine. */
const LISTS =
  /\bdocker\b[\s"',[(]+(?:(?:container|image|network|volume)[\s"',]+)?(?:ps|images|ls|inspect)\b|--format\b/g;

const COMMENT = /^\s*(?:\/\*|\*|\/\/)/;

describe("the sources", () => {
  const program = sources("components", "cli", "index.ts");

  it("have the names of labels in one file", () => {
    const all = [...program, ...sources("test/integration/support", "toolchain")];
    expect(
      all.filter(([file, text]) => spellsLabel(text) && MAY_SPELL_LABELS[file] === undefined).map(names),
    ).to.deep.equal([]);
  });

  it("parse no text of the Docker client", () => {
    const parsing = program
      .filter(([file]) => file.endsWith(".ts"))
      .flatMap(([file, text]) => listings(text).map((call) => `${file}: ${call}`));
    expect(parsing).to.deep.equal([]);
  });

  it("ask for the things of a stack in one file, which goes by the id of the state", () => {
    const asking = program.filter(([file, text]) => asksByName(text) && !MAY_ASK.includes(file)).map(names);
    expect(asking).to.deep.equal([]);
    for (const file of MAY_ASK) expect(program.map(names)).to.include(file);
  });

  it("that are excepted still need it", () => {
    const spelling = program.filter(([, text]) => spellsLabel(text)).map(names);
    expect(Object.keys(MAY_SPELL_LABELS)).to.have.members(spelling);
  });
});

describe("the check of sources", () => {
  it("finds a label's name and no other text", () => {
    expect(spellsLabel('{ "morgan.stack": stack }')).to.equal(true);
    expect(spellsLabel("label=morgan.role=core")).to.equal(true);
    expect(spellsLabel("cli/morgan.ts")).to.equal(false);
  });

  it("finds a question by the name of a stack", () => {
    for (const text of [
      "engine.containers({ labels: roleLabels(identity, role) })",
      "await host.engine.networks({\n label: stack })",
      "{ [STACK_LABEL]: stack }",
      'docker ps --filter "label=morgan.stack=$MORGAN_STACK"',
    ]) {
      expect(asksByName(text), text).to.equal(true);
    }
    expect(asksByName("engine.containers({ publishedPorts })")).to.equal(false);
  });

  for (const line of [
    'execute("docker", ["ps", "--all"])',
    'execute("docker", ["image", "inspect", name])',
    'runDocker("container", "inspect", id); docker("ps", "--quiet")',
    "`docker images ${filters}`",
    'const format = ["--format", "{{.ID}}"];',
    'execute("docker", [\n  "ps",\n])',
  ]) {
    it(`finds ${line.replaceAll("\n", "")}`, () => {
      expect(listings(line)).to.not.deep.equal([]);
    });
  }

  it("finds nothing in a program that runs in a container", () => {
    expect(listings('execute("docker", ["exec", id, "pg_dump", "--format=custom"])')).to.deep.equal([]);
  });
});

/** True if a text lists things by a label, or uses the label with the name of the stack. */
function asksByName(text: string): boolean {
  return (
    /\bSTACK_LABEL\b/.test(text) ||
    /\.(?:containers|networks|volumes|watchContainers)\(\s*\{[^)]*\blabels?\b/.test(text) ||
    /--filter[ =]["']?label=morgan\.stack/.test(text)
  );
}

function spellsLabel(text: string): boolean {
  return /\bmorgan\.(?:stack|state|role|gpu)\b/.test(text);
}

/** Calls that list things of the engine as text, in code without comments. */
function listings(text: string): readonly string[] {
  const code = text
    .split("\n")
    .filter((line) => !COMMENT.test(line))
    .join("\n");
  const others = OTHER_FORMATS.reduce((rest, other) => rest.replace(other, ""), code);
  return [...others.matchAll(LISTS)].map(([call]) => call);
}

function names([file]: readonly [string, string]): string {
  return file;
}

/** The sources below some folders, with their texts. */
function sources(...folders: readonly string[]): readonly (readonly [file: string, text: string])[] {
  const list = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", ...folders], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const files = list.split("\n").filter((file) => /\.(?:ts|mjs|sh|py)$/.test(file));
  return files.flatMap((file) => {
    try {
      return [[file, readFileSync(resolve(ROOT, file), "utf8")] as const];
    } catch {
      // The file was deleted, and git still lists it.
      return [];
    }
  });
}
