import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { sealLock } from "../../../components/requirements/lock.ts";
import { withCpuVariant } from "./catalog-file.ts";

/** One edit of a checkout, as a developer or an operator makes it. Some change nothing. */
export type Edit =
  | { readonly kind: "none" }
  | { readonly kind: "write"; readonly folder: Folder; readonly name: string; readonly content: number }
  | { readonly kind: "remove"; readonly folder: Folder; readonly name: string }
  | { readonly kind: "link"; readonly folder: Folder; readonly name: string }
  | { readonly kind: "mode"; readonly folder: Folder; readonly name: string; readonly mode: number }
  | { readonly kind: "time"; readonly folder: Folder; readonly name: string; readonly seconds: number }
  | { readonly kind: "package"; readonly version: string }
  | { readonly kind: "catalog"; readonly key: keyof Entry; readonly value: number }
  | { readonly kind: "setting"; readonly key: string; readonly value: string | undefined };

type Folder = "shared" | "llm" | "vad";

/** What the edits change in the entry of llm in the catalog. */
interface Entry {
  readonly description: number;
  readonly cpus: number;
  readonly memory: number;
  readonly startLimit: number;
  readonly environment: number;
  readonly packages: number;
}

const NAMES = ["edited.py", "data.json"] as const;

const folder = fc.constantFrom<Folder>("shared", "llm", "vad");
const name = fc.constantFrom(...NAMES);

/**
 * Random edits. There are few files and few values, so that many an edit takes back another, and several come together.
 *
 * @param settings - values of settings by key, of which each edit sets or unsets one.
 */
export function edits(settings: Readonly<Record<string, readonly string[]>>): fc.Arbitrary<Edit> {
  const setting = fc
    .constantFrom(...Object.keys(settings))
    .chain((key) =>
      fc.constantFrom(undefined, ...(settings[key] ?? [])).map((value): Edit => ({ kind: "setting", key, value })),
    );
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant<Edit>({ kind: "none" }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("write" as const), folder, name, content: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), folder, name }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("link" as const), folder, name }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("mode" as const),
        folder,
        name,
        mode: fc.constantFrom(0o600, 0o644, 0o664, 0o755),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("time" as const), folder, name, seconds: fc.nat(2_000_000_000) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("package" as const),
        version: fc.constantFrom("", ...Object.keys(HASHES)),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("catalog" as const),
        key: fc.constantFrom(...(Object.keys(UNCHANGED) as (keyof Entry)[])),
        value: fc.nat(1),
      }),
    },
    { weight: 4, arbitrary: setting },
  );
}

/** Wheels of iniconfig, a small package that no service uses, by version. */
const HASHES: Readonly<Record<string, string>> = {
  "2.0.0": "b6a85871a79d2e3b22d2d1b94ac2824226a63c6b741c88f7ae975f18b6778374",
  "2.1.0": "9deba5723312380e77435581c6bf4935c94cbfab9b1ed33ef8d238ea168eb760",
};

const UNCHANGED: Entry = { description: 0, cpus: 0, memory: 0, startLimit: 0, environment: 0, packages: 0 };

/** A copy of the project that edits change. */
export class EditedProject {
  readonly #folder: string;
  readonly #catalog: string;
  readonly #requirements: string;
  #entry: Entry = UNCHANGED;
  readonly #set: (key: string, value: string | undefined) => void;

  constructor(folder: string, set: (key: string, value: string | undefined) => void) {
    this.#folder = folder;
    this.#set = set;
    this.#catalog = this.#read("services/catalog.ts");
    this.#requirements = this.#read("requirements/llm.in");
  }

  /** Makes an edit. One that has no file to work on changes nothing. */
  make(edit: Edit): void {
    switch (edit.kind) {
      case "none":
        return;
      case "package":
        this.#lock(edit.version);
        return;
      case "catalog":
        this.#entry = { ...this.#entry, [edit.key]: edit.value };
        writeFileSync(join(this.#folder, "services/catalog.ts"), this.#catalogText());
        return;
      case "setting":
        this.#set(edit.key, edit.value);
        return;
      case "write":
      case "remove":
      case "link":
      case "mode":
      case "time":
        this.#touch(edit);
    }
  }

  #touch(edit: Extract<Edit, { readonly folder: Folder }>): void {
    const path = join(this.#folder, `services/${edit.folder}/morgan_${edit.folder}`, edit.name);
    if (edit.kind === "write") {
      rmSync(path, { force: true });
      writeFileSync(path, `# ${String(edit.content)}\n`);
    } else if (edit.kind === "remove") rmSync(path, { force: true });
    else if (edit.kind === "link") {
      rmSync(path, { force: true });
      symlinkSync("__init__.py", path);
    } else if (existsSync(path)) {
      if (edit.kind === "mode") chmodSync(path, edit.mode);
      else utimesSync(path, edit.seconds, edit.seconds);
    }
  }

  #lock(version: string): void {
    const pin = version === "" ? "" : `iniconfig==${version}`;
    writeFileSync(join(this.#folder, "requirements/llm.in"), `${this.#requirements}${pin}\n`);
    const read = (file: string): string => this.#read(`requirements/${file}`);
    const entries = read("llm.txt")
      .replace(/^.*\n/, "")
      .replace(/^iniconfig==.*\n.*\n/m, "");
    const added = version === "" ? "" : `${pin} \\\n    --hash=sha256:${HASHES[version] ?? ""}\n`;
    writeFileSync(join(this.#folder, "requirements/llm.txt"), sealLock("llm", entries + added, read));
  }

  #catalogText(): string {
    const { description, cpus, memory, startLimit, environment, packages } = this.#entry;
    const text = withCpuVariant(this.#catalog, "llm", {
      memory: memory === 0 ? "512 MiB" : "640 MiB",
      startLimit: startLimit === 0 ? "60 s" : "70 s",
      environment: environment === 0 ? {} : { MORGAN_EDITED: "yes" },
      packages: packages === 0 ? [] : ["tzdata"],
    });
    const [before = "", after = ""] = text.split(/(?=^ {2}tts: \{)/m);
    const llm = before
      .replace("OpenAI-compatible gateway", description === 0 ? "OpenAI-compatible gateway" : "A gateway")
      .replace(/cpus: 1,(?=\s*\},\s*$)/, cpus === 0 ? "cpus: 1," : "cpus: 0.5,");
    return llm + after;
  }

  #read(path: string): string {
    return readFileSync(join(this.#folder, path), "utf8");
  }
}
