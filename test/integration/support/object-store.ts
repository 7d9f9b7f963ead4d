import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "./project.ts";

/** An S3 API on the loopback address, with one empty bucket. It keeps everything in memory. */
export interface ObjectStore {
  /** Variables that a program needs to keep Pulumi's state in the bucket. */
  readonly variables: Readonly<Record<string, string>>;
  /** Puts an object into the bucket, as JSON. */
  put(path: string, content: unknown): Promise<{ remove(): Promise<void> }>;
  close(): void;
}

const MODULE = "test/harness/object-store";
const BUCKET = "morgan-state";

/** Builds the server at the version that its module pins, and starts it. */
export async function startObjectStore(): Promise<ObjectStore> {
  const folder = mkdtempSync(join(tmpdir(), "morgan-test-"));
  const program = join(folder, "gofakes3");
  const close = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const build = ["-C", MODULE, "build", "-o", program, "github.com/johannesboyne/gofakes3/cmd/gofakes3"];
    await promisify(execFile)("go", build);
    const port = await freePort();
    const address = `127.0.0.1:${String(port)}`;
    const args = ["-backend", "memory", "-initialbucket", BUCKET, "-host", address, "-quiet"];
    const server = spawn(program, args, { stdio: "ignore" });
    await untilListening(port);
    const query = `region=us-east-1&endpoint=http://${address}&s3ForcePathStyle=true`;
    return {
      variables: {
        PULUMI_BACKEND_URL: `s3://${BUCKET}?${query}`,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
      },
      put: async (path, content) => {
        const url = `http://${address}/${BUCKET}/${path}`;
        await send(url, { method: "PUT", body: JSON.stringify(content) });
        return { remove: () => send(url, { method: "DELETE" }) };
      },
      close: () => {
        server.kill("SIGKILL");
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Waits until a program listens at a port of the loopback address. @throws Error after ten seconds. */
async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await listens(port)) return;
    await sleep(50);
  }
  throw new Error(`nothing listens at port ${String(port)}`);
}

function listens(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1");
  socket.once("connect", () => {
    resolve(true);
  });
  socket.once("error", () => {
    resolve(false);
  });
  return promise.finally(() => socket.destroy());
}

async function send(url: string, request: RequestInit): Promise<void> {
  const { ok, status } = await fetch(url, request);
  if (!ok) throw new Error(`${String(status)} for ${url}`);
}
