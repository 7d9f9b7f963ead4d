import { readFileSync } from "node:fs";
import type { Engine } from "../engine/engine.ts";
import type { Identity } from "../engine/identity.ts";
import { INSPECTOR_ROLE, roleLabels } from "../engine/labels.ts";
import type { Installed } from "./budget.ts";

/** Returns the sizes of what is installed in an image. @throws Error if the image has no Python that prints them. */
export async function installedIn(engine: Engine, image: string, identity: Identity): Promise<Installed> {
  const labels = roleLabels(identity, INSPECTOR_ROLE);
  return parseInstalled(await engine.run({ image, command: command(), labels }));
}

/**
 * Returns the sizes of what is installed in a running container. Its image may have no name to run it by: in Docker
 * 28.5 with the containerd image store, an image loses its name when its tag moves to the next build.
 *
 * @throws Error if the container has no Python that prints them.
 */
export async function installedInContainer(engine: Engine, id: string): Promise<Installed> {
  return parseInstalled(await engine.exec(id, command()));
}

/** Parses the sizes that the program printed. @throws Error with the printed text if it has no sizes. */
export function parseInstalled(printed: string): Installed {
  try {
    const found: unknown = JSON.parse(printed);
    if (typeof found === "object" && found !== null) {
      const sizes = Object.entries(found).filter((entry): entry is [string, number] => Number.isInteger(entry[1]));
      return Object.fromEntries(sizes);
    }
  } catch {
    // The error below contains the printed text.
  }
  throw new Error(`no sizes of packages: ${printed.trim().slice(-200)}`);
}

function command(): string[] {
  return ["python3", "-I", "-c", readFileSync(new URL("installed.py", import.meta.url), "utf8")];
}
