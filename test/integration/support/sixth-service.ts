import { cpSync, globSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { sealLock } from "../../../components/requirements/lock.ts";

/** The new service. Its code and its packages are those of a service that the project ships. */
const NAME = "wake";
const MODEL = "vad";

const ENTRY = `  ${NAME}: {
    description: "Wake word detection",
    port: 8005,
    published: false,
    calls: [],
    backing: [],
    languageModel: false,
    variants: everywhere("${NAME}", { unpacked: "258 MB", compressed: "80 MB" }),
    cpus: 1,
  },
`;

/** Adds a service to a copy of the project, by the steps of "A sixth service" in CONTRIBUTING.md. */
export function addSixthService(folder: string): void {
  const path = (name: string): string => join(folder, name);
  const edit = (name: string, change: (text: string) => string): void => {
    const before = readFileSync(path(name), "utf8");
    const after = change(before);
    expect(after, name).not.to.equal(before);
    writeFileSync(path(name), after);
  };
  edit("services/catalog.ts", (text) => text.replace(/^\} as const satisfies Catalog;$/m, (end) => ENTRY + end));

  cpSync(path(`requirements/${MODEL}.in`), path(`requirements/${NAME}.in`));
  cpSync(path(`requirements/${MODEL}.txt`), path(`requirements/${NAME}.txt`));
  // The packages of the locks do not change, so that no lock needs a package index.
  const read = (name: string): string => readFileSync(path(`requirements/${name}`), "utf8");
  const entries = read(`${NAME}.txt`).replace(/^.*\n/, "");
  writeFileSync(path(`requirements/${NAME}.txt`), sealLock(NAME, entries, read));

  const service = `services/${NAME}`;
  cpSync(path(`services/${MODEL}`), path(service), { recursive: true });
  renameSync(path(`${service}/morgan_${MODEL}`), path(`${service}/morgan_${NAME}`));
  for (const file of globSync("**/*.py", { cwd: path(service) })) {
    const text = readFileSync(path(`${service}/${file}`), "utf8");
    writeFileSync(path(`${service}/${file}`), text.replaceAll(MODEL, NAME));
  }
}
