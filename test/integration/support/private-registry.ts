import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { runAsRoot } from "./as-root.ts";
import { docker } from "./engine.ts";
import type { PrivateCa } from "./private-ca.ts";
import { buildRegistryImage, recordProgram } from "./program.ts";
import { copyProject, freePort, removeProject } from "./project.ts";

/** The credentials of a server that a test starts. */
export interface TestLogin {
  readonly user: string;
  readonly password: string;
}

/** Returns the address of the engine's bridge, which only this machine and its containers reach. */
export function bridgeAddress(): string {
  return docker("network", "inspect", "bridge", "--format", "{{range .IPAM.Config}}{{.Gateway}}{{end}}").trim();
}

/** A registry with TLS and a login, in a container of the registry image that the program builds. */
export class PrivateRegistry {
  readonly name = `morgan-test-registry-${randomBytes(3).toString("hex")}`;
  readonly host: string;
  /** The folder of the registry's content, unless the content is in memory. */
  readonly data: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "morgan-registry-"));
  readonly #run: readonly string[];

  private constructor(host: string, ca: PrivateCa, login: TestLogin, image: string, memory: string | undefined) {
    this.host = host;
    this.data = join(this.#folder, "data");
    mkdirSync(this.data);
    chmodSync(this.data, 0o777);
    chmodSync(this.#folder, 0o755);
    const [address = ""] = host.split(":");
    const { certificate, key } = ca.sign(address);
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
      image,
    ];
  }

  /** Starts a registry on the bridge. With `memory` ("8m") its content is in memory, up to that size. */
  static async start(ca: PrivateCa, login: TestLogin, memory?: string): Promise<PrivateRegistry> {
    const host = `${bridgeAddress()}:${String(await freePort())}`;
    const registry = new PrivateRegistry(host, ca, login, await registryImage(), memory);
    docker(...registry.#run);
    return registry;
  }

  /** Ends the registry without a warning. */
  kill(): void {
    docker("kill", this.name);
  }

  start(): void {
    docker("start", this.name);
  }

  /** Runs something that pushes, and waits until its first upload of a layer begins. @throws Error if there is none. */
  async firstUploadOf<T>(push: () => Promise<T>): Promise<{ readonly ended: Promise<T> }> {
    const uploads = (): number => this.log().split(" 202 ").length;
    const before = uploads();
    const ended = push();
    const isOver = ended.then(() => true);
    while (uploads() === before) {
      if (await Promise.race([isOver, setTimeout(100, false)])) {
        throw new Error(`no layer was uploaded: ${JSON.stringify(await ended)}`);
      }
    }
    return { ended };
  }

  /** Returns the registry's log. */
  log(): string {
    return execFileSync("sh", ["-c", `docker logs ${this.name} 2>&1`], {
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
    });
  }

  remove(): void {
    docker("rm", "--force", "--volumes", this.name);
    // The registry's own user wrote some of these files.
    runAsRoot("rm", "-rf", this.#folder, `/etc/docker/certs.d/${this.host}`);
  }

  private at(name: string): string {
    return join(this.#folder, name);
  }
}

const STORAGE = "/var/lib/registry";

/** Returns a bcrypt hash. perl is part of every Debian, and calls crypt(3). */
function bcrypt(password: string): string {
  const salt = `$2b$05$${randomBytes(11).toString("hex")}`;
  return execFileSync("perl", ["-e", "print crypt($ENV{PASSWORD}, $ENV{SALT})"], {
    encoding: "utf8",
    env: { ...process.env, PASSWORD: password, SALT: salt },
  });
}

let image: Promise<string> | undefined;

/** Returns the name of the registry image, which the first call builds into the engine. */
export function registryImage(): Promise<string> {
  return (image ??= build());
}

async function build(): Promise<string> {
  const project = copyProject();
  try {
    const [gatewayPort, registryPort] = [String(await freePort()), String(await freePort())];
    return buildRegistryImage(await recordProgram(project, "test", { gatewayPort, registryPort }));
  } finally {
    removeProject(project);
  }
}
