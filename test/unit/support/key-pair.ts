import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KeyPair } from "../../../components/config/certificate.ts";

/** A key pair for this machine that vouches for itself, valid from now on for as many days. */
export function makeKeyPair(days = 90): KeyPair {
  const folder = mkdtempSync(join(tmpdir(), "morgan-key-pair-"));
  const [certificate, key] = [join(folder, "crt.pem"), join(folder, "key.pem")];
  try {
    const made = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", String(days)];
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    execFileSync("openssl", ["req", ...made, ...names, "-keyout", key, "-out", certificate], { stdio: "pipe" });
    return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
