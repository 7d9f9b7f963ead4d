// Installs Pulumi from its official downloads.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { outputOf, run } from "../lib/process.mjs";
import { SetupError, print } from "../lib/report.mjs";
import { PULUMI_VERSION } from "../lib/versions.mjs";

/** @import { Paths } from "../lib/paths.mjs" */

const RELEASE = `https://github.com/pulumi/pulumi/releases/download/v${PULUMI_VERSION}`;

export function archiveName(platform = process.platform, arch = process.arch) {
  return `pulumi-v${PULUMI_VERSION}-${platform}-${arch}.tar.gz`;
}

function archiveUrl() {
  return `https://get.pulumi.com/releases/sdk/${archiveName()}`;
}

/** Uses curl and not Node's own client, because curl uses the machine's proxies and certificates. */
export function downloadsReachable() {
  return (
    outputOf("curl", ["--silent", "--fail", "--head", "--location", "--max-time", "4", archiveUrl()]) !== undefined
  );
}

/** @param {Paths} at */
export async function downloadCli(at) {
  print(`downloading Pulumi ${PULUMI_VERSION} (about 1 min)`);
  const folder = mkdtempSync(join(at.toolchain, "download.part-"));
  const archive = join(folder, archiveName());
  const checksums = join(folder, "checksums.txt");
  const log = join(at.logs, "download.log");
  /** @type {(file: string, url: string) => Promise<void>} */
  const fetchTo = (file, url) =>
    run("curl", ["--fail", "--silent", "--show-error", "--location", "--retry", "3", "--output", file, url], { log });
  try {
    await fetchTo(checksums, `${RELEASE}/pulumi-${PULUMI_VERSION}-checksums.txt`);
    await fetchTo(archive, archiveUrl());
    const expected = checksumOf(archiveName(), readFileSync(checksums, "utf8"));
    if (createHash("sha256").update(readFileSync(archive)).digest("hex") !== expected) {
      throw new SetupError(`${archiveName()} does not have the checksum that its release names. Run set-up again.`);
    }
    mkdirSync(at.toolchainBin, { recursive: true });
    await run(
      "tar",
      ["--extract", "--gzip", "--file", archive, "--directory", at.toolchainBin, "--strip-components=1"],
      { log },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Returns the entry of one file in the output of sha256sum.
 * @param {string} name
 * @param {string} checksums
 */
export function checksumOf(name, checksums) {
  const line = checksums.split("\n").find((entry) => entry.trim().split(/\s+\*?/)[1] === name);
  return line?.trim().split(/\s+/)[0];
}
