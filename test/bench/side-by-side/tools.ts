import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Places } from "./bake.ts";
import { execute, type Way } from "./way.ts";
import { removeImages } from "./engine-images.ts";

/** docker compose: `up --build --wait`, and a separate push. */
export function compose(name: string, places: Places, options: { readonly attestations: boolean }): Way {
  const run = toolIn(places, options.attestations);
  const call = (...args: readonly string[]): Promise<void> => run("compose", "--file", "compose.json", ...args);
  const reset = async (): Promise<void> => {
    await call("down", "--volumes", "--remove-orphans", "--timeout", "1");
    removeImages(places.repository);
  };
  return {
    name,
    repository: places.repository,
    up: () => call("up", "--detach", "--build", "--wait", "--remove-orphans"),
    push: () => call("push", "--quiet"),
    ...edits(places),
    reset,
    dispose: async () => {
      await reset();
      rmSync(places.folder, { recursive: true, force: true });
    },
  };
}

/** docker buildx bake, which builds and pushes, and runs nothing. */
export function bake(name: string, places: Places): Way {
  const run = toolIn(places, false);
  return {
    name,
    repository: places.repository,
    up: () => run("buildx", "bake", "--file", "docker-bake.json"),
    ...edits(places),
    reset: () => {
      removeImages(places.repository);
      return Promise.resolve();
    },
    dispose: () => {
      removeImages(places.repository);
      rmSync(places.folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

function toolIn(places: Places, attestations: boolean): (...args: readonly string[]) => Promise<void> {
  const env = {
    ...process.env,
    COMPOSE_PROJECT_NAME: places.repository.replace(/^.*:(\d+)\//, "morgan-bench-$1-"),
    BUILDX_NO_DEFAULT_ATTESTATIONS: attestations ? "0" : "1",
  };
  return (...args) => execute("docker", args, { cwd: places.folder, env });
}

function edits({ folder }: Places): Pick<Way, "changeLine" | "addDependency"> {
  return {
    changeLine: (line) => {
      appendFileSync(join(folder, "contexts/core/morgan_core/__main__.py"), `${line}\n`);
    },
    addDependency: (entry) => {
      appendFileSync(join(folder, "contexts/tts-deps/requirements.txt"), `${entry}\n`);
    },
  };
}
