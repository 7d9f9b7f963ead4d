import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectEngine } from "../../../components/engine/engine.ts";
import { makeEngineCertificates, type EngineCertificates } from "./engine-certificates.ts";
import { asRoot, runAsRoot } from "./as-root.ts";
import { freePort } from "./project.ts";

/** The engine's bridge. With `--bridge=none`, dockerd 28.5 would delete the bridge of the other engine. */
const BRIDGE = "morgan-second";
const SUBNET = "10.213.77.1/24";

/** The time in milliseconds in which the engine has to answer, and to end. */
const LIMIT = 60_000;

/** A second engine on this machine, in a folder of its own. It runs no containers, and shares containerd. */
export class SecondEngine {
  readonly socket: string;
  /** Address over TCP with TLS: "127.0.0.1:…" and "[::1]:…". */
  readonly addresses: readonly [string, string];
  readonly certificates: EngineCertificates;
  readonly #folder: string;
  readonly #daemon: ChildProcess;

  private constructor(folder: string, port: number, certificates: EngineCertificates) {
    this.#folder = folder;
    this.certificates = certificates;
    this.socket = join(folder, "docker.sock");
    this.addresses = [`127.0.0.1:${String(port)}`, `[::1]:${String(port)}`];
    const at = (name: string): string => join(folder, name);
    const tls = (name: string): string => join(certificates.server, name);
    writeFileSync(at("daemon.json"), JSON.stringify({ features: { "containerd-snapshotter": true } }));
    const log = openSync(at("log"), "a");
    const [program = "dockerd", ...first] = asRoot("dockerd");
    this.#daemon = spawn(
      program,
      [
        ...first,
        ...["--config-file", at("daemon.json"), "--data-root", at("data"), "--exec-root", at("exec")],
        ...["--pidfile", at("pid"), "--bridge", BRIDGE, "--iptables=false", "--ip6tables=false"],
        ...["--containerd", "/run/containerd/containerd.sock", "--containerd-namespace", BRIDGE],
        ...["--containerd-plugins-namespace", `${BRIDGE}-plugins`, "--host", `unix://${this.socket}`],
        ...this.addresses.flatMap((address) => ["--host", `tcp://${address}`]),
        ...["--tlsverify", "--tlscacert", tls("ca.pem"), "--tlscert", tls("cert.pem"), "--tlskey", tls("key.pem")],
      ],
      { stdio: ["ignore", log, log] },
    );
  }

  /** Starts the engine. @throws Error with its log if it does not answer. */
  static async start(): Promise<SecondEngine> {
    runAsRoot("ip", "link", "add", BRIDGE, "type", "bridge");
    runAsRoot("ip", "address", "add", SUBNET, "dev", BRIDGE);
    const folder = mkdtempSync(join(tmpdir(), "morgan-engine-"));
    const engine = new SecondEngine(folder, await freePort(), makeEngineCertificates());
    const until = Date.now() + LIMIT;
    while (!(await engine.#answers())) {
      if (Date.now() > until || engine.#daemon.exitCode !== null) {
        const log = readFileSync(join(folder, "log"), "utf8").slice(-3000);
        await engine.stop();
        throw new Error(`the second engine does not answer:\n${log}`);
      }
      await sleep(200);
    }
    return engine;
  }

  /** Ends the engine and removes all that it has made. */
  async stop(): Promise<void> {
    if (this.#daemon.exitCode === null) {
      const ended = once(this.#daemon, "exit");
      // Without root, the child is sudo, which this user may not signal.
      runAsRoot("kill", readFileSync(join(this.#folder, "pid"), "utf8").trim());
      await ended;
    }
    runAsRoot("ip", "link", "delete", BRIDGE);
    runAsRoot("rm", "-rf", this.#folder);
    this.certificates.remove();
  }

  #answers(): Promise<boolean> {
    const engine = connectEngine({ host: `unix://${this.socket}`, certificates: "" });
    return engine.facts().then(
      () => true,
      () => false,
    );
  }
}
