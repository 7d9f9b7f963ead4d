// Runs other programs.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { writeWhole } from "./files.mjs";
import { SetupError } from "./report.mjs";

/**
 * Runs a program to its end with its output in a log file. The error of a failure shows an excerpt of the log.
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
    // npm is a script there, which only a shell can run.
    const shell = process.platform === "win32" && command === "npm";
    const child = spawn(command, args, { cwd, env, shell, stdio: ["ignore", output, output] });
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
 * Returns the output of a short program, or undefined if the program is missing or fails.
 * @param {string} command
 * @param {string[]} args
 */
export function outputOf(command, args) {
  const { status, stdout } = spawnSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 20_000,
  });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * Starts a daemon in its own session, so that the daemon outlives the terminal of set-up. Writes the daemon's pid to a
 * file, so that another program can stop the daemon.
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
 * Returns true if a process runs. A process that has ended keeps its pid until its parent waits for it. In a container
 * or a small virtual machine the parent may never do so.
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
 * Returns the path of a program, or undefined if no folder of the search path has it.
 * @param {string} name
 * @param {string} [path]
 */
export function which(name, path = process.env["PATH"] ?? "") {
  return path
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => ENDINGS.map((ending) => join(folder, name + ending)))
    .find(isExecutable);
}

const ENDINGS = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];

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
 * Returns the first and the last lines of a log. Some programs print the error first and their usage after it.
 * @param {string} log
 */
export function excerpt(log, lines = 10) {
  const all = readFileSync(log, "utf8").trimEnd().split("\n");
  return (all.length > 2 * lines ? [...all.slice(0, lines), "…", ...all.slice(-lines)] : all).join("\n");
}
