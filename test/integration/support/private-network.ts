import { randomBytes } from "node:crypto";
import { Authority } from "./authority.ts";
import { startIndex, startMirror, startProxy, type LoggingServer } from "./package-servers.ts";
import { bridgeAddress, PrivateRegistry, type TestLogin } from "./private-registry.ts";
import type { Configuration } from "./test-stack.ts";

/** A company's network: a registry, an index, a mirror and a proxy of their own, signed by an authority of their own. */
export class PrivateNetwork {
  readonly authority: Authority;
  readonly registry: PrivateRegistry;
  readonly index: LoggingServer;
  readonly mirror: LoggingServer;
  readonly proxy: LoggingServer;
  readonly logins: Readonly<Record<"registry" | "index" | "mirror", TestLogin>>;

  private constructor(
    authority: Authority,
    logins: PrivateNetwork["logins"],
    registry: PrivateRegistry,
    [index, mirror, proxy]: readonly [LoggingServer, LoggingServer, LoggingServer],
  ) {
    this.authority = authority;
    this.logins = logins;
    this.registry = registry;
    this.index = index;
    this.mirror = mirror;
    this.proxy = proxy;
  }

  static async start(): Promise<PrivateNetwork> {
    const address = bridgeAddress();
    const authority = new Authority(canary("authority"));
    const login = (what: string): TestLogin => ({ user: canary(`${what}-user`), password: canary(`${what}-password`) });
    const logins = { registry: login("registry"), index: login("index"), mirror: login("mirror") };
    const registry = await PrivateRegistry.start(authority, logins.registry);
    const index = await startIndex(address, authority, logins.index);
    const mirror = await startMirror(address, authority, logins.mirror);
    const proxy = await startProxy(address, () => [index.host, mirror.host]);
    return new PrivateNetwork(authority, logins, registry, [index, mirror, proxy]);
  }

  /** The configuration of a stack in this network. */
  get configuration(): Configuration {
    return {
      registry: `${this.registry.host}/team`,
      registryUser: this.logins.registry.user,
      pypiIndex: `https://${this.index.host}/simple`,
      // It has nothing, and sees to it that its log-in is asked for.
      pypiExtraIndex: `https://${this.index.host}/extra`,
      pypiUser: this.logins.index.user,
      aptMirror: `https://${this.mirror.host}/debian`,
      aptUser: this.logins.mirror.user,
      proxy: `http://${this.proxy.host}`,
      caBundle: this.authority.certificate,
    };
  }

  get passwords(): Readonly<Record<string, string>> {
    return {
      registryPassword: this.logins.registry.password,
      pypiPassword: this.logins.index.password,
      aptPassword: this.logins.mirror.password,
    };
  }

  /**
   * What must be found nowhere: the passwords, alone and as they go over the wire; of the authority its name and a part of
   * its certificate, which is the name in another form.
   */
  get canaries(): string[] {
    const logins = Object.values(this.logins);
    const encoded = logins.map(({ user, password }) => Buffer.from(`${user}:${password}`).toString("base64"));
    const lines = this.authority.pem.split("\n");
    return [...logins.map(({ password }) => password), ...encoded, this.authority.name, lines[3] ?? ""];
  }

  stop(): void {
    for (const server of [this.index, this.mirror, this.proxy]) server.close();
    this.registry.remove();
    this.authority.remove();
  }
}

/** A text that nobody else writes: where it is found, it came from here. */
export function canary(what: string): string {
  return `canary-${what}-${randomBytes(6).toString("hex")}`;
}
