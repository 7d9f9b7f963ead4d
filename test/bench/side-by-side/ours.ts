import { appendFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TestStack, type Configuration } from "../../integration/support/test-stack.ts";
import { Forecasts } from "../lib/forecasts.ts";
import { withDependency } from "./dependency.ts";
import { removeImages } from "./engine-images.ts";
import type { Way } from "./way.ts";
import { readTextIfExists } from "../../../components/system/files.ts";

/** This project, through its own command line. */
export interface Ours extends Way {
  readonly stack: TestStack;
  readonly forecasts: Forecasts;
}

/** Makes a stack that pushes to an existing registry. `lock` is the text of the lock file of tts. */
export async function ours(name: string, repository: string, config: Configuration, lock: string): Promise<Ours> {
  const stack = await TestStack.create({ ...config, registry: repository });
  const path = (file: string): string => join(stack.folder, file);
  const run = async (command: string): Promise<void> => {
    const { code, output } = await stack.commandLine(command);
    if (code !== 0) throw new Error(`npm run ${command} failed:\n${output.slice(-4000)}`);
  };
  const forecasts = new Forecasts();
  const set = setWithLock(path("requirements"), lock);
  return {
    name,
    repository,
    stack,
    forecasts,
    up: () => run("up"),
    noteForecast: (scenario) => forecasts.note(scenario, stack),
    changeLine: (line) => {
      appendFileSync(path("services/core/morgan_core/__main__.py"), `${line}\n`);
    },
    addDependency: (entry) => {
      const read = (file: string): string | undefined => readTextIfExists(path(`requirements/${file}`));
      const changed = withDependency(set, entry, read);
      writeFileSync(path(`requirements/${set}.in`), changed.input);
      writeFileSync(path(`requirements/${set}.txt`), changed.lock);
    },
    reset: async () => {
      await run("destroy");
      // The benchmark has pushed Debian's image to the same repository, under another name.
      removeImages(repository);
      rmSync(path(".morgan/contexts"), { recursive: true, force: true });
    },
    dispose: async () => {
      await stack.dispose();
      removeImages(repository);
    },
  };
}

/** Returns the set of requirements whose lock file has this text. */
function setWithLock(folder: string, lock: string): string {
  const found = readdirSync(folder).find(
    (file) => file.endsWith(".txt") && readTextIfExists(join(folder, file)) === lock,
  );
  if (found === undefined)
    throw new Error("requirements/ has no lock file with the text of the one that tts is built with");
  return found.replace(/\.txt$/, "");
}
