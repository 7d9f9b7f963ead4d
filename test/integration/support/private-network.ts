import { randomBytes } from "node:crypto";
import { startIndex, startMirror, startProxy, type LoggingServer } from "./package-servers.ts";
import { PrivateCa } from "./private-ca.ts";
import { bridgeAddress, PrivateRegistry, type TestLogin } from "./private-registry.ts";
import type { Configuration } from "./test-stack.ts";

/** A company's network: a registry, a package index, a Debian mirror, a proxy and a private CA. */
export class PrivateNetwork {
  readonly ca: PrivateCa;
  readonly registry: PrivateRegistry;
  readonly index: LoggingServer;
  readonly mirror: LoggingServer;
  readonly proxy: LoggingServer;
  readonly logins: Readonly<Record<"registry" | "index" | "mirror", TestLogin>>;

  private constructor(
    ca: PrivateCa,
    logins: PrivateNetwork["logins"],
    registry: PrivateRegistry,
    [index, mirror, proxy]: readonly [LoggingServer, LoggingServer, LoggingServer],
  ) {
    this.ca = ca;
    this.logins = logins;
    this.registry = registry;
    this.index = index;
    this.mirror = mirror;
    this.proxy = proxy;
  }

  static async start(): Promise<PrivateNetwork> {
    const address = bridgeAddress();
    const ca = new PrivateCa(canary("ca"));
    const login = (host: string): TestLogin => ({ user: canary(`${host}-user`), password: canary(`${host}-password`) });
    const logins = { registry: login("registry"), index: login("index"), mirror: login("mirror") };
    const registry = await PrivateRegistry.start(ca, logins.registry);
    const index = await startIndex(address, ca, logins.index);
    const mirror = await startMirror(address, ca, logins.mirror);
    const proxy = await startProxy(address, () => [index.host, mirror.host]);
    return new PrivateNetwork(ca, logins, registry, [index, mirror, proxy]);
  }

  /** The configuration of a stack in this network. */
  get configuration(): Configuration {
    return {
      registry: `${this.registry.host}/team`,
      registryUser: this.logins.registry.user,
      pypiIndex: `https://${this.index.host}/simple`,
      // An empty index. It proves that builds log in to a second index too.
      pypiExtraIndex: `https://${this.index.host}/extra`,
      pypiUser: this.logins.index.user,
      aptMirror: `https://${this.mirror.host}/debian`,
      aptUser: this.logins.mirror.user,
      proxy: `http://${this.proxy.host}`,
      caBundle: this.ca.certificate,
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
   * Texts that may appear nowhere: the passwords, plain and as HTTP sends them, the CA's name, and the line of the CA's
   * certificate that holds the name in base64.
   */
  get canaries(): string[] {
    const logins = Object.values(this.logins);
    const encoded = logins.map(({ user, password }) => Buffer.from(`${user}:${password}`).toString("base64"));
    const lines = this.ca.pem.split("\n");
    return [...logins.map(({ password }) => password), ...encoded, this.ca.name, lines[3] ?? ""];
  }

  stop(): void {
    for (const server of [this.index, this.mirror, this.proxy]) server.close();
    this.registry.remove();
    this.ca.remove();
  }
}

/** Returns a random text, which can only come from here. */
function canary(name: string): string {
  return `canary-${name}-${randomBytes(6).toString("hex")}`;
}
