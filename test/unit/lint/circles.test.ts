import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { posix, resolve } from "node:path";
import { expect } from "chai";

const ROOT = resolve(import.meta.dirname, "../../..");

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Every import of TypeScript and JavaScript: `import type`, re-exports, types and dynamic imports too. */
const IMPORT = /(?:\bfrom|^import|\bimport\()\s*["'](\.[^"']+)["']/gm;

/** Every import of Python's, also one inside a function: `from .a import b`, `from package.a import b`, `import package.a`. */
const PYTHON_IMPORT = /^\s*(?:from\s+([.\w]+)\s+import\s+([^#\n]+)|import\s+([.\w]+))/gm;

describe("imports", () => {
  const files = tracked();

  it("form no circle of files", () => {
    expect(circle(importsOf(files))).to.deep.equal([]);
  });

  it("form no circle of folders", () => {
    expect(circle(byFolder(importsOf(files)))).to.deep.equal([]);
  });

  it("are found in both languages", () => {
    const graph = importsOf(files);
    expect([...(graph.get("index.ts") ?? [])]).to.include("components/stack.ts");
    expect([...(graph.get("services/core/morgan_core/app.py") ?? [])]).to.include(
      "services/shared/morgan_shared/app.py",
    );
  });

  it("that form a circle are found, also imports of types", () => {
    const graph = new Map([
      ["a/x.ts", targets("a/x.ts", 'import type { Y } from "../b/y.ts";', new Set(["b/y.ts"]))],
      ["b/y.ts", targets("b/y.ts", 'export * from "../a/z.ts";', new Set(["a/z.ts"]))],
      ["a/z.ts", new Set<string>()],
    ]);
    expect(circle(graph)).to.deep.equal([]);
    expect(circle(byFolder(graph))).to.deep.equal(["a", "b", "a"]);
  });
});

function tracked(): readonly string[] {
  const list = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return list.split("\n").filter((file) => /\.(?:ts|mjs|js|py)$/.test(file));
}

function importsOf(files: readonly string[]): Graph {
  const known = new Set(files);
  return new Map(files.map((file) => [file, targets(file, read(file), known)]));
}

/** The text of a file; empty if the file was deleted and git still lists it. */
function read(file: string): string {
  try {
    return readFileSync(resolve(ROOT, file), "utf8");
  } catch {
    return "";
  }
}

function targets(file: string, text: string, known: ReadonlySet<string>): ReadonlySet<string> {
  const found = file.endsWith(".py")
    ? pythonTargets(file, text, known)
    : [...text.matchAll(IMPORT)].map(([, specifier = ""]) => posix.join(posix.dirname(file), specifier));
  return new Set(found.filter((target) => known.has(target) && target !== file));
}

function pythonTargets(file: string, text: string, known: ReadonlySet<string>): readonly string[] {
  return [...text.matchAll(PYTHON_IMPORT)].flatMap(([, from, names = "", plain]) => {
    const module = from ?? plain ?? "";
    const base = pythonPath(file, module, known);
    const members = names.split(",").map((name) => /\w+/.exec(name)?.[0] ?? "");
    return [`${base}.py`, ...members.map((name) => `${base}/${name}.py`)];
  });
}

/** Where a module lies: relative to its file, or in one of the folders of services/. */
function pythonPath(file: string, module: string, known: ReadonlySet<string>): string {
  if (module.startsWith(".")) return posix.join(posix.dirname(file), module.replace(/^\.+/, "").replaceAll(".", "/"));
  const path = module.replaceAll(".", "/");
  const [top = ""] = path.split("/");
  const init = [...known].find((other) => other.endsWith(`/${top}/__init__.py`));
  return init === undefined ? path : `${init.slice(0, -`${top}/__init__.py`.length)}${path}`;
}

function byFolder(graph: Graph): Graph {
  const folders = new Map<string, Set<string>>();
  for (const [file, imported] of graph) {
    const folder = posix.dirname(file);
    const reached = folders.get(folder) ?? new Set();
    folders.set(folder, reached);
    for (const target of imported) if (posix.dirname(target) !== folder) reached.add(posix.dirname(target));
  }
  return folders;
}

/** The first circle of a graph, from a node back to itself; empty if there is none. */
function circle(graph: Graph): readonly string[] {
  const finished = new Set<string>();
  const visit = (node: string, path: readonly string[]): readonly string[] => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (finished.has(node)) return [];
    for (const next of graph.get(node) ?? []) {
      const found = visit(next, [...path, node]);
      if (found.length > 0) return found;
    }
    finished.add(node);
    return [];
  };
  for (const node of graph.keys()) {
    const found = visit(node, []);
    if (found.length > 0) return found;
  }
  return [];
}
