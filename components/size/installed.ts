import { readFileSync } from "node:fs";
import type { Engine } from "../engine/engine.ts";
import { INSPECTOR_ROLE, roleLabels } from "../engine/labels.ts";
import type { Installed } from "./budget.ts";

/** Sizes of what is installed in an image. @throws Error if the sizes cannot be read: the image may have no Python. */
export async function installedIn(engine: Engine, image: string, stack: string): Promise<Installed> {
  const labels = roleLabels(stack, INSPECTOR_ROLE);
  return parseInstalled(await engine.run({ image, command: command(), labels }));
}

/**
 * Sizes of what is installed in a container that runs. Its image cannot be asked: the engine has it under no name any
 * more once its tag has moved on to the next build. @throws Error where they cannot be found out.
 */
export async function installedInContainer(engine: Engine, id: string): Promise<Installed> {
  return parseInstalled(await engine.exec(id, command()));
}

/** The sizes that the program printed. @throws Error that holds what else it printed. */
export function parseInstalled(printed: string): Installed {
  try {
    const found: unknown = JSON.parse(printed);
    if (typeof found === "object" && found !== null) {
      const sizes = Object.entries(found).filter((entry): entry is [string, number] => Number.isInteger(entry[1]));
      return Object.fromEntries(sizes);
    }
  } catch {
    // It is told below, with what was printed.
  }
  throw new Error(`no sizes of packages: ${printed.trim().slice(-200)}`);
}

function command(): string[] {
  return ["python3", "-I", "-c", readFileSync(new URL("installed.py", import.meta.url), "utf8")];
}
