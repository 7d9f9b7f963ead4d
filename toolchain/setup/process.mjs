// Running other programs.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, closeSync, constants, mkdirSync, openSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { SetupError } from "./report.mjs";

/** Runs a program to its end with its output in a log file; a failure shows the end of it. */
export function run(command, args, { log, cwd, env = process.env }) {
  mkdirSync(join(log, ".."), { recursive: true });
  const output = openSync(log, "w");
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", output, output] });
    const stop = () => child.kill();
    process.once("exit", stop);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("exit", stop);
      if (code === 0) resolve();
      else reject(new SetupError(`${command} ${args[0]} failed (${signal ?? `exit code ${code}`}); ${log} ends:\n${tail(log)}`));
    });
  }).finally(() => closeSync(output));
}

/** Runs a program that answers at once; undefined where it is missing or fails. */
export function ask(command, args, env = process.env) {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "ignore"], timeout: 20_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/** Starts a daemon in its own session, so that it outlives the terminal that ran set-up. */
export function startDetached(command, args, log) {
  const output = openSync(log, "a");
  const child = spawn(command, args, { detached: true, stdio: ["ignore", output, output] });
  closeSync(output);
  child.unref();
  return new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
}

export function which(name, path = process.env.PATH ?? "") {
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function tail(log, lines = 20) {
  return readFileSync(log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
}
