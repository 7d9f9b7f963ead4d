import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readTextIfExists } from "../system/files.ts";

/** Folders for the certificates that a host's administrator added: Debian's, and Red Hat's. */
const FOLDERS = ["/usr/local/share/ca-certificates", "/etc/pki/ca-trust/source/anchors"];

/** Returns the certificates that this host's administrator added, in PEM; empty for none. */
export function hostCertificates(): string {
  return FOLDERS.flatMap(listCertificates)
    .map((path) => readTextIfExists(path) ?? "")
    .join("\n");
}

function listCertificates(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.(?:crt|pem)$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
