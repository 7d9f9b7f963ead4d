import { appendFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TestStack, type Configuration } from "../../integration/support/test-stack.ts";
import { withDependency } from "./dependency.ts";
import { removeImages } from "./engine-images.ts";
import type { Way } from "./way.ts";
import { readTextIfExists } from "../../../components/system/files.ts";

/** This project, by its own command line. */
export interface Ours extends Way {
  readonly stack: TestStack;
}

/** A stack of the project that pushes to a registry which is there already. `lock` is that of tts's requirements. */
export async function ours(name: string, repository: string, config: Configuration, lock: string): Promise<Ours> {
  const stack = await TestStack.create({ ...config, registry: repository });
  const path = (file: string): string => join(stack.folder, file);
  const run = async (command: string): Promise<void> => {
    const { code, output } = await stack.commandLine(command);
    if (code !== 0) throw new Error(`npm run ${command} failed:\n${output.slice(-4000)}`);
  };
  const set = setWithLock(path("requirements"), lock);
  return {
    name,
    repository,
    stack,
    up: () => run("up"),
    changeLine: (line) => {
      appendFileSync(path("services/core/morgan_core/__main__.py"), `${line}\n`);
    },
    addDependency: (entry) => {
      const read = (file: string): string | undefined => readTextIfExists(path(`requirements/${file}`));
      const changed = withDependency(set, entry, read);
      writeFileSync(path(`requirements/${set}.in`), changed.input);
      writeFileSync(path(`requirements/${set}.txt`), changed.lock);
    },
    forget: async () => {
      await run("destroy");
      // The benchmark has pushed Debian's image there, by a name of its own.
      removeImages(repository);
      rmSync(path(".morgan/contexts"), { recursive: true, force: true });
    },
    dispose: async () => {
      await stack.dispose();
      removeImages(repository);
    },
  };
}

/** The set of requirements whose lock has this text; the accelerator and more decide which one a service takes. */
function setWithLock(folder: string, lock: string): string {
  const found = readdirSync(folder).find(
    (file) => file.endsWith(".txt") && readTextIfExists(join(folder, file)) === lock,
  );
  if (found === undefined) throw new Error("no lock in requirements/ is the one that tts is built with");
  return found.replace(/\.txt$/, "");
}
