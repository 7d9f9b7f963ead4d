import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { python } from "../../harness/python.ts";
import { bridgeAddress } from "./private-registry.ts";

/** A stand-in for the model hub that a test runs. Containers with internet access reach it. */
export interface TestModelHub {
  /** The URL at which a container reaches the hub. */
  readonly url: string;
  /** The only model of the hub, which is gated: "organisation/name". */
  readonly model: string;
  /** The token that the files of the model need. */
  readonly token: string;
  /** Returns the log of the requests, a line for each. */
  log(): string;
  /** Stops the hub and removes its files. */
  stop(): Promise<void>;
}

/** The stand-in's own names of a gated organisation and its token. */
const [MODEL, TOKEN] = ["gated/tiny", "hf_token-of-the-test"];

/** Starts a hub with one model. `make` writes the files of the model to a folder. */
export async function startModelHub(make: (folder: string) => void): Promise<TestModelHub> {
  const folder = mkdtempSync(join(tmpdir(), "morgan-test-hub-"));
  const model = join(folder, MODEL);
  mkdirSync(model, { recursive: true });
  // The generator runs with the user of the services.
  for (const path of [folder, join(model, ".."), model]) chmodSync(path, 0o777);
  make(model);
  const program = ["services/shared/tests/fake_hub.py", folder, `${bridgeAddress()}:0`];
  const hub = spawn(await python(), program, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(hub.stdout);
  const [url] = (await once(lines, "line")) as [string];
  const requests: string[] = [];
  lines.on("line", (line) => requests.push(line));
  return {
    url,
    model: MODEL,
    token: TOKEN,
    log: () => requests.join("\n"),
    async stop() {
      const ended = once(hub, "exit");
      hub.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
