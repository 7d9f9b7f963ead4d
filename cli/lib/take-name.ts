import { closeSync, linkSync, openSync, renameSync, rmSync } from "node:fs";

/** Reasons for which a file system has no links: FAT and exFAT, network shares, and file systems of FUSE. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/**
 * Gives a complete file its name, and takes the name of no other file, also if that file has come there meanwhile. The
 * file system may be one that has no links.
 *
 * @throws Error if the name is taken; nothing is changed then.
 */
export function takeName(complete: string, name: string, link: typeof linkSync = linkSync): void {
  try {
    // Unlike a renaming, a link fails if another file has the name.
    link(complete, name);
    rmSync(complete);
    return;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && NO_LINKS.has(String(error.code)))) throw error;
  }
  // An empty file reserves the name: it is created only if no file has the name. The renaming replaces that empty file.
  closeSync(openSync(name, "wx", 0o600));
  try {
    renameSync(complete, name);
  } catch (error) {
    rmSync(name);
    throw error;
  }
}
