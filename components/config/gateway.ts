import { isIPv4 } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import { readKeyPair, type KeyPair } from "./certificate.ts";
import type { ConfigReader } from "./reader.ts";
import type { ConfigSources } from "./sources.ts";
import type { SecretForm } from "./secret.ts";
import { mebibytes } from "../lib/units.ts";

/** The published port of a stack, and the requests that it accepts. */
export interface GatewayConfig {
  /** Address of the host on which the port is published. Default: 127.0.0.1. */
  readonly address: string;
  /** Public name in the URL of the stack. Default: empty, which means `address`. */
  readonly name: string;
  /** Port of the host. */
  readonly port: number;
  /** Certificate and key; undefined for plain HTTP. */
  readonly tls: KeyPair | undefined;
  /** Token that a request has to bring; undefined if it needs none. Secret. */
  readonly token: pulumi.Output<string> | undefined;
  /** Largest body of a request, in bytes; 1 to 64 MiB. Default: 10 MiB. */
  readonly bodyLimit: number;
  /** Largest number of requests from one client's address in 10 s. Default: 0, which means any number. */
  readonly rateLimit: number;
  /** True if the services return the OpenAPI description of their routes. Default: false. */
  readonly openApi: boolean;
}

/**
 * A bearer token for the header `Authorization` (RFC 6750). It is too long to be guessed from its digest, which
 * everyone with access to the engine can read.
 */
const TOKEN = {
  pattern: /^[A-Za-z0-9._~+/-]{24,500}={0,2}$/,
  expected: "24 to 500 letters, digits and -._~+/, with up to two = at the end",
  fix: "openssl rand -hex 32 | pulumi config set --secret apiToken",
} as const satisfies SecretForm;

/** A host name, or nothing. */
const NAME = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.|$))*$/;

/** Upper limit of `bodyLimit`, in MiB. Services keep a whole body in memory, in containers of 512 MiB. */
const LARGEST_BODY = 64;

/** Reads the section of the gateway. */
export function readGateway(reader: ConfigReader, sources: ConfigSources): GatewayConfig {
  const { port, size, count, wrong } = reader;
  const address = reader.text("gatewayAddress", "127.0.0.1");
  if (!isIPv4(address)) wrong("gatewayAddress", "an IPv4 address", `"${address}"`);
  const name = reader.text("gatewayName");
  if (!NAME.test(name)) wrong("gatewayName", 'a host name such as "morgan.example.com"', `"${name}"`);
  const [tls, token] = [readTls(reader, sources), reader.secret("apiToken", TOKEN)];
  if (!address.startsWith("127."))
    warnOfExposure(reader, address, { tls: tls !== undefined, token: token !== undefined });
  return {
    address,
    name,
    port: port("gatewayPort"),
    tls,
    token,
    bodyLimit: Math.round(mebibytes(size("bodyLimit", "10 MiB", LARGEST_BODY)) * 1024 * 1024),
    rateLimit: count("rateLimit", { most: 1_000_000 }),
    openApi: reader.boolean("openApi"),
  };
}

/** Warns of a gateway that others than this machine's users reach, without what docs/security.md asks for then. */
function warnOfExposure(
  { warn }: ConfigReader,
  address: string,
  has: { readonly tls: boolean; readonly token: boolean },
): void {
  const risks = [
    ...(has.token ? [] : ["without morgan:apiToken, everyone who reaches it may use the stack"]),
    ...(has.tls ? [] : ["without morgan:tlsCertificate, everyone on the way can read all requests"]),
  ];
  if (risks.length > 0) warn(`the gateway is published at ${address}, beyond this machine: ${risks.join("; ")}`);
}

function readTls({ text, wrong, add }: ConfigReader, sources: ConfigSources): KeyPair | undefined {
  const [certificate, key] = [text("tlsCertificate"), text("tlsKey")];
  if (certificate !== "" && key === "") wrong("tlsKey", "the path of tlsCertificate's key", "nothing");
  if (certificate === "" && key !== "") wrong("tlsCertificate", "the path of tlsKey's certificate", "nothing");
  if (certificate === "" || key === "") return undefined;
  const { pair, problems } = readKeyPair({ certificate, key }, sources.readText.bind(sources));
  add(problems);
  return pair;
}
