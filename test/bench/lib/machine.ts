import { readFile } from "node:fs/promises";
import { arch, cpus, platform, release, totalmem } from "node:os";

/** Describes the machine of the figures in a few lines. */
export async function describeMachine(engine: string): Promise<string> {
  const model = cpus()[0]?.model ?? "unknown CPU";
  const memory = (totalmem() / 1024 ** 3).toFixed(0);
  const load = (await readFile("/proc/loadavg", "utf8").catch(() => "unknown")).split(" ", 3).join(" ");
  return [
    `machine  ${String(cpus().length)} cores of ${model}, ${memory} GiB, ${platform()} ${release()} ${arch()}`,
    `engine   Docker ${engine}, Node ${process.version}`,
    `load     ${load} before the first run`,
  ].join("\n");
}
