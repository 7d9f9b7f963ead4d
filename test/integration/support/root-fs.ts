import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Returns the packages in an archive of a Debian root file system, each with its version, in the order of dpkg. */
export function packagesIn(archive: string): readonly string[] {
  const status = execFileSync("tar", ["-xOf", archive, "./var/lib/dpkg/status"], { encoding: "utf8" });
  return [...status.matchAll(/^Package: (.+)\n(?:.+\n)*?Version: (.+)$/gm)].map(
    ([, name = "", version = ""]) => `${name} ${version}`,
  );
}

/**
 * Returns the differences between two archives, a line each: the files with other contents, modes, owners or times. The
 * list is empty if the archives are the same, byte for byte.
 */
export function differences(one: string, other: string): readonly string[] {
  if (readFileSync(one).equals(readFileSync(other))) return [];
  const [ours = new Set<string>(), theirs = new Set<string>()] = [one, other].map(filesIn);
  const lines = [
    ...[...ours].filter((line) => !theirs.has(line)).map((line) => `- ${line}`),
    ...[...theirs].filter((line) => !ours.has(line)).map((line) => `+ ${line}`),
  ];
  return lines.length > 0 ? lines : ["the same files in another order"];
}

function filesIn(archive: string): Set<string> {
  const folder = mkdtempSync(join(tmpdir(), "morgan-test-rootfs-"));
  try {
    const listed = execFileSync("tar", ["-tvf", archive, "--full-time"], { encoding: "utf8" }).split("\n");
    const options = { encoding: "utf8", maxBuffer: 2 ** 26 } as const;
    const command = 'echo "$(sha256sum | cut -c -64) $TAR_FILENAME"';
    const contents = execFileSync("tar", ["-xf", archive, `--to-command=${command}`], { ...options, cwd: folder });
    return new Set([...listed, ...contents.split("\n")]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
