import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A private CA of a test. Only programs that are configured with it trust it. */
export class PrivateCa {
  readonly folder = mkdtempSync(join(tmpdir(), "morgan-ca-"));
  /** File with the CA's certificate. */
  readonly certificate = join(this.folder, "ca.crt");

  /** The name in the CA's certificate. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    this.openssl(
      "req",
      "-x509",
      ...KEY,
      "-days",
      "2",
      "-subj",
      `/CN=${name}`,
      "-keyout",
      this.at("ca.key"),
      "-out",
      this.at("ca.crt"),
    );
  }

  /** Makes a certificate for an address. Returns the files of the certificate and of its key. */
  sign(address: string): { readonly certificate: string; readonly key: string } {
    const [request, certificate, key] = [this.at("server.csr"), this.at("server.crt"), this.at("server.key")];
    const name = ["-subj", "/CN=server", "-addext", `subjectAltName=IP:${address}`];
    this.openssl("req", ...KEY, ...name, "-keyout", key, "-out", request);
    const ca = ["-CA", this.at("ca.crt"), "-CAkey", this.at("ca.key"), "-days", "2", "-copy_extensions", "copy"];
    this.openssl("x509", "-req", "-in", request, ...ca, "-out", certificate);
    return { certificate, key };
  }

  get pem(): string {
    return readFileSync(this.certificate, "utf8");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private at(name: string): string {
    return join(this.folder, name);
  }

  private openssl(...args: readonly string[]): void {
    execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
  }
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
