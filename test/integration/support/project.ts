import { execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");

/** Copies the project's sources and links the npm packages, so that a test can change the copy. Returns its folder. */
export function copyRepository(): string {
  const folder = mkdtempSync(join(tmpdir(), "morgan-test-"));
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
  for (const file of listed.toString().split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** Copies the project, with an empty state and what set-up recorded, so that the copy can run stacks of its own. */
export function copyProject(): string {
  const folder = copyRepository();
  mkdirSync(join(folder, ".morgan/state"), { recursive: true });
  writeFileSync(join(folder, ".morgan/passphrase"), "only for tests", { mode: 0o600 });
  cpSync(join(ROOT, ".morgan/machine.json"), join(folder, ".morgan/machine.json"));
  return folder;
}

/** Removes a copy of the project. */
export function removeProject(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

// The variable would win over the passphrase file, which the copies have like every checkout.
delete process.env["PULUMI_CONFIG_PASSPHRASE"];

/** Returns the variables for a run in a copy: the copy's own state and passphrase, instead of the user's. */
export function projectEnvironment(folder: string): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: `file://${folder}/.morgan/state?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE_FILE: `${folder}/.morgan/passphrase`,
    MORGAN_TMPDIR: `${folder}/.morgan/runs/shell`,
  };
}

/** Ports below those that Linux gives to outgoing connections. A connection could take such a port before the test. */
const PORTS = { from: 20_000, to: 32_000 };

/** Returns a port of the loopback address on which no program listens. */
export async function freePort(): Promise<number> {
  const port = randomInt(PORTS.from, PORTS.to);
  return (await canListen(port)) ? port : freePort();
}

function canListen(port: number): Promise<boolean> {
  const { promise, resolve: found } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => {
    found(false);
  });
  server.listen(port, "127.0.0.1", () => {
    server.close(() => {
      found(true);
    });
  });
  return promise;
}
