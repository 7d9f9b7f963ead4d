import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bakeFile, type Places } from "./bake.ts";
import { composeFile, fileName } from "./compose.ts";
import type { Definitions } from "./definitions.ts";

/** Writes the files of the tools: contexts, secrets and mounted files, and a file of definitions for each tool. */
export function writeDefinitions(definitions: Definitions, project: string, places: Places): void {
  const write = (path: string, content: string, mode: number): void => {
    const target = join(places.folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content, { mode });
  };
  for (const { name, context, secrets } of definitions.stages) {
    cpSync(join(project, context), join(places.folder, "contexts", name), {
      recursive: true,
      preserveTimestamps: true,
    });
    for (const [id, value] of Object.entries(secrets)) write(`secrets/${id}`, value, 0o600);
  }
  for (const service of definitions.services) {
    service.files.forEach(({ content }, index) => {
      // Containers read the files, each with its own user.
      write(`files/${fileName(service, index)}`, content, 0o444);
    });
  }
  write("compose.json", JSON.stringify(composeFile(definitions, places), undefined, 2), 0o644);
  write("docker-bake.json", JSON.stringify(bakeFile(definitions.stages, places), undefined, 2), 0o644);
}
