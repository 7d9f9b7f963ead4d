import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Ends the plugins of this checkout that no Pulumi owns, and readiness gates that no plugin owns. They outlive a Pulumi
 * that is killed, and go on with their work. Only Linux shows the processes of a folder; on other systems this does nothing.
 */
export function endStrayPlugins(): void {
  const pids = existsSync("/proc") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  for (const pid of pids.map(Number)) {
    if ((isStrayPlugin(pid) || isStrayGate(pid)) && workingFolder(pid) === process.cwd()) end(pid);
  }
}

/** True if a process is a plugin whose parent is not Pulumi. Linux keeps the first 15 characters of a name. */
function isStrayPlugin(pid: number): boolean {
  const status = readProc(pid, "status");
  if (!/^Name:\tpulumi-(?:language|resourc)/m.test(status)) return false;
  const parent = Number(/^PPid:\t(\d+)/m.exec(status)?.[1]);
  return !/^Name:\tpulumi$/m.test(readProc(parent, "status"));
}

/** True if a process is a readiness gate whose parent is no plugin. */
function isStrayGate(pid: number): boolean {
  if (!readProc(pid, "cmdline").includes("\0components/deploy/readiness/main.ts\0")) return false;
  const parent = Number(/^PPid:\t(\d+)/m.exec(readProc(pid, "status"))?.[1]);
  return !/^Name:\t(?:pulumi-resourc|sh$)/m.test(readProc(parent, "status"));
}

function end(pid: number): void {
  try {
    process.kill(pid);
  } catch {
    // The plugin has ended meanwhile, or it belongs to another user.
  }
}

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${String(pid)}/cwd`);
  } catch {
    return "";
  }
}

/** A file of a process in /proc; empty for a process that has ended. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${String(pid)}/${file}`, "utf8");
  } catch {
    return "";
  }
}
