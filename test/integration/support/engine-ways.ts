import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { delimiter, join } from "node:path";
import { createServer as createSecureServer } from "node:tls";
import { engineVariables } from "../../../toolchain/lib/engine-address.mjs";

/** Other ways to the engine behind a socket, all on this machine. Each is a set of variables, as a run exports them. */
export class EngineWays {
  readonly #socket: string;
  readonly #folder: string;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Socket>();

  /** @param folder - an empty folder for the files of these ways. */
  constructor(socket: string, folder: string) {
    this.#socket = socket;
    this.#folder = folder;
  }

  /** A symbolic link to the socket. */
  link(): Record<string, string> {
    const link = join(this.#folder, "link.sock");
    symlinkSync(this.#socket, link);
    return exported({ DOCKER_HOST: `unix://${link}` });
  }

  /** A TCP port of "127.0.0.1" or "::1" whose connections lead to the socket. */
  async tcp(address: "127.0.0.1" | "::1"): Promise<Record<string, string>> {
    const server = createServer((client) => {
      this.#relay(client);
    });
    const host = address === "::1" ? "[::1]" : address;
    return exported({ DOCKER_HOST: `${host}:${await this.#listen(server, address)}` });
  }

  /** A TCP port with TLS whose connections lead to the socket. */
  async tls(server: string, client: string): Promise<Record<string, string>> {
    const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => readFileSync(join(server, name)));
    const options = { ca, cert, key, requestCert: true, rejectUnauthorized: true };
    const secure = createSecureServer(options, (socket) => {
      this.#relay(socket);
    });
    const port = await this.#listen(secure, "127.0.0.1");
    return exported({ DOCKER_HOST: `https://127.0.0.1:${port}`, DOCKER_CERT_PATH: client });
  }

  /** A context of the docker client that its user has chosen. */
  context(): Record<string, string> {
    const name = "elsewhere";
    const client = join(this.#folder, "docker");
    const meta = join(client, "contexts/meta", createHash("sha256").update(name).digest("hex"));
    mkdirSync(meta, { recursive: true });
    const endpoint = { Host: `unix://${this.#socket}`, SkipTLSVerify: false };
    writeFileSync(
      join(meta, "meta.json"),
      JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker: endpoint } }),
    );
    writeFileSync(join(client, "config.json"), JSON.stringify({ currentContext: name }));
    return exported({ DOCKER_CONFIG: client });
  }

  /** SSH. A stand-in for the program `ssh` runs the command on this machine, as an SSH server here would. */
  ssh(): Record<string, string> {
    const bin = join(this.#folder, "bin");
    mkdirSync(bin);
    const script = [
      "#!/bin/sh",
      'while [ "$1" != "--" ]; do shift; done',
      "shift 2",
      "unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH",
      `export DOCKER_HOST=unix://${this.#socket}`,
      'exec sh -c "$*"',
    ];
    writeFileSync(join(bin, "ssh"), `${script.join("\n")}\n`);
    chmodSync(join(bin, "ssh"), 0o755);
    const path = `${bin}${delimiter}${process.env["PATH"] ?? ""}`;
    return exported({ DOCKER_HOST: "ssh://somebody@localhost", PATH: path });
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const connection of this.#connections) connection.destroy();
  }

  async #listen(server: Server, address: string): Promise<string> {
    this.#servers.push(server);
    await once(server.listen(0, address), "listening");
    const found = server.address();
    if (found === null || typeof found === "string") throw new Error("the server has no port");
    return String(found.port);
  }

  #relay(client: Socket): void {
    const engine = connect({ path: this.#socket, allowHalfOpen: true });
    for (const [from, to] of [
      [client, engine],
      [engine, client],
    ] as const) {
      this.#connections.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#connections.delete(from);
        to.destroy();
      });
    }
  }
}

/** The variables as they are exported to a run: what the user has set, and what the rule makes of it. */
function exported(given: Readonly<Record<string, string>>): Record<string, string> {
  return { ...given, ...engineVariables({ ...process.env, ...given }) };
}
