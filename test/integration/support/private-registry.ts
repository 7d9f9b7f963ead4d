import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Authority } from "./authority.ts";
import { docker } from "./engine.ts";
import { freePort } from "./project.ts";

/** A log-in of a server that a test starts. */
export interface TestLogin {
  readonly user: string;
  readonly password: string;
}

/** The address of the engine's bridge: this machine and its containers reach it, and nobody else. */
export function bridgeAddress(): string {
  return docker("network", "inspect", "bridge", "--format", "{{range .IPAM.Config}}{{.Gateway}}{{end}}").trim();
}

/** A registry with TLS and a log-in, in a container of the image that the project makes for its own. */
export class PrivateRegistry {
  readonly name = `morgan-test-registry-${randomBytes(3).toString("hex")}`;
  readonly host: string;
  /** Folder in which it keeps what it is sent, unless that is in memory. */
  readonly data: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "morgan-registry-"));
  readonly #run: readonly string[];

  private constructor(host: string, authority: Authority, login: TestLogin, memory: string | undefined) {
    this.host = host;
    this.data = join(this.#folder, "data");
    mkdirSync(this.data);
    chmodSync(this.data, 0o777);
    chmodSync(this.#folder, 0o755);
    const [address = ""] = host.split(":");
    const { certificate, key } = authority.sign(address);
    for (const [from, to] of [
      [certificate, "tls.crt"],
      [key, "tls.key"],
    ] as const)
      copyFileSync(from, this.at(to));
    writeFileSync(this.at("htpasswd"), `${login.user}:${bcrypt(login.password)}\n`);
    for (const file of ["tls.crt", "tls.key", "htpasswd"]) chmodSync(this.at(file), 0o644);
    const settings = {
      REGISTRY_AUTH: "htpasswd",
      REGISTRY_AUTH_HTPASSWD_REALM: "test",
      REGISTRY_AUTH_HTPASSWD_PATH: "/given/htpasswd",
      REGISTRY_HTTP_TLS_CERTIFICATE: "/given/tls.crt",
      REGISTRY_HTTP_TLS_KEY: "/given/tls.key",
    };
    this.#run = [
      ...["run", "--detach", "--name", this.name, "--publish", `${host}:5000`, "--volume", `${this.#folder}:/given:ro`],
      ...(memory === undefined
        ? ["--volume", `${this.data}:${STORAGE}`]
        : ["--tmpfs", `${STORAGE}:size=${memory},mode=1777`]),
      ...Object.entries(settings).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
      registryImage(),
    ];
  }

  /** Starts one on the bridge; with `memory` ("8m") it keeps that much, in memory. */
  static async start(authority: Authority, login: TestLogin, memory?: string): Promise<PrivateRegistry> {
    const host = `${bridgeAddress()}:${String(await freePort())}`;
    const registry = new PrivateRegistry(host, authority, login, memory);
    docker(...registry.#run);
    return registry;
  }

  /** Takes it off the network, from one moment to the next. */
  kill(): void {
    docker("kill", this.name);
  }

  start(): void {
    docker("start", this.name);
  }

  /** Waits for the beginning of the next layer that is sent to it. */
  async nextUpload(): Promise<void> {
    const uploads = (): number => this.log().split(" 202 ").length;
    const before = uploads();
    while (uploads() === before) await setTimeout(100);
  }

  /** What it has logged. */
  log(): string {
    return execFileSync("sh", ["-c", `docker logs ${this.name} 2>&1`], {
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
    });
  }

  remove(): void {
    docker("rm", "--force", "--volumes", this.name);
    rmSync(this.#folder, { recursive: true, force: true });
    rmSync(`/etc/docker/certs.d/${this.host}`, { recursive: true, force: true });
  }

  private at(name: string): string {
    return join(this.#folder, name);
  }
}

const STORAGE = "/var/lib/registry";

/** crypt(3) of this machine, through the one program that is part of every Debian and knows it. */
function bcrypt(password: string): string {
  const salt = `$2b$05$${randomBytes(11).toString("hex")}`;
  return execFileSync("perl", ["-e", "print crypt($ENV{PASSWORD}, $ENV{SALT})"], {
    encoding: "utf8",
    env: { ...process.env, PASSWORD: password, SALT: salt },
  });
}

/** The image that a stack makes for the registry that it runs itself. */
function registryImage(): string {
  const [image] = docker("images", "--format", "{{.ID}}", "morgan/registry").split("\n");
  if (image === undefined || image === "")
    throw new Error("no stack has made the registry's image yet: run 10-deploy before");
  return image;
}
