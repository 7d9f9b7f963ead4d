import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { python } from "../../harness/python.ts";
import { bridgeAddress } from "./private-registry.ts";

/** A hub of models that a test runs: a stand-in, where containers with a way out can reach it. */
export interface TestHub {
  /** Its address, as a container calls it. */
  readonly url: string;
  /** The model that it has: "organisation/name". */
  readonly model: string;
  /** What it was asked, a line a request. */
  printed(): string;
  /** Ends it, and takes its files away. */
  stop(): Promise<void>;
}

const MODEL = "somebody/tiny";

/** Starts a hub with one model, whose files are made in the folder that is given. */
export async function startHub(make: (folder: string) => void): Promise<TestHub> {
  const folder = mkdtempSync(join(tmpdir(), "morgan-test-hub-"));
  const model = join(folder, MODEL);
  mkdirSync(model, { recursive: true });
  // The generator runs as the services do.
  for (const path of [folder, join(model, ".."), model]) chmodSync(path, 0o777);
  make(model);
  const program = ["services/shared/tests/fake_hub.py", folder, `${bridgeAddress()}:0`];
  const hub = spawn(await python(), program, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(hub.stdout);
  const [url] = (await once(lines, "line")) as [string];
  const asked: string[] = [];
  lines.on("line", (line) => asked.push(line));
  return {
    url,
    model: MODEL,
    printed: () => asked.join("\n"),
    async stop() {
      const ended = once(hub, "exit");
      hub.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
