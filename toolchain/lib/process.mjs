// Running other programs.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { writeWhole } from "./files.mjs";
import { SetupError } from "./report.mjs";

/**
 * Runs a program to its end with its output in a log file; a failure shows what matters of it.
 * @param {string} command
 * @param {string[]} args
 * @param {{ log: string, cwd?: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<void>}
 */
export function run(command, args, { log, cwd, env = process.env }) {
  mkdirSync(join(log, ".."), { recursive: true });
  const output = openSync(log, "w");
  /** @type {Promise<void>} */
  const ended = new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", output, output] });
    const stop = () => {
      child.kill();
    };
    process.once("exit", stop);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("exit", stop);
      if (code === 0) resolve();
      else
        reject(
          new SetupError(`${command} ${args[0]} failed (${signal ?? `exit code ${code}`}); ${log}:\n${excerpt(log)}`),
        );
    });
  });
  return ended.finally(() => {
    closeSync(output);
  });
}

/**
 * Runs a program that answers at once; undefined where it is missing or fails.
 * @param {string} command
 * @param {string[]} args
 */
export function ask(command, args) {
  const { status, stdout } = spawnSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 20_000,
  });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * Starts a daemon in its own session, so that it outlives the terminal that ran set-up, and writes down its pid for
 * whoever wants to stop it.
 * @param {string} command
 * @param {string[]} args
 * @param {{ log: string, pidFile: string }} files
 * @returns {Promise<void>}
 */
export function startDetached(command, args, { log, pidFile }) {
  const output = openSync(log, "a");
  const child = spawn(command, args, { cwd: "/", detached: true, stdio: ["ignore", output, output] });
  closeSync(output);
  child.unref();
  return new Promise((resolve, reject) =>
    child
      .once("spawn", () => {
        writeWhole(pidFile, String(child.pid));
        resolve();
      })
      .once("error", reject),
  );
}

/**
 * Whether a process is there and runs. One that has ended keeps its pid until somebody waits for it, which in a container
 * or a small virtual machine may be never.
 * @param {number} pid
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  const status = `/proc/${pid}/status`;
  return !existsSync(status) || !/^State:\tZ/m.test(readFileSync(status, "utf8"));
}

/**
 * @param {string} name
 * @param {string} [path]
 */
export function which(name, path = process.env["PATH"] ?? "") {
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The part of a log that says what went wrong: some programs say it first and then explain their usage.
 * @param {string} log
 */
export function excerpt(log, lines = 10) {
  const all = readFileSync(log, "utf8").trimEnd().split("\n");
  return (all.length > 2 * lines ? [...all.slice(0, lines), "…", ...all.slice(-lines)] : all).join("\n");
}
