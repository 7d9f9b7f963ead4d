import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { TOKEN } from "./gateway.ts";
import { readKeyPair, type KeyPair } from "./certificate.ts";
import { parseValues, type ConfigValues, type MachineFacts } from "./values.ts";
import type { Problem } from "../lib/errors.ts";
import { loginProblems } from "./network.ts";
import type { Login, NetworkProfile } from "../network/profile.ts";
import type { Catalog } from "../catalog/service.ts";
import { readTextIfExists } from "../system/files.ts";

/** Everything that decides what a stack is. */
export interface MorganConfig extends Omit<ConfigValues, "network"> {
  /** Name of the stack; part of every name and the tag of every image. */
  readonly stack: string;
  /** The same as Pulumi names it everywhere: "organization/project/stack". */
  readonly fullName: string;
  readonly catalog: Catalog;
  /** Key for the language model's endpoint; secret. */
  readonly llmApiKey: pulumi.Output<string> | undefined;
  /** Token that a request to the gateway has to bring; undefined where it needs none. Secret. */
  readonly apiToken: pulumi.Output<string> | undefined;
  /** Certificate and key of the gateway; undefined for plain HTTP. */
  readonly tls: KeyPair | undefined;
  /** Path of the uv program that builds use. */
  readonly uv: string;
  /** Where the container engine listens; empty for its usual socket. */
  readonly dockerHost: string;
  /** The company's network that everything goes through. */
  readonly network: NetworkProfile;
}

/** Folders in which a host keeps the certificates that its administrator added: Debian's, and Red Hat's. */
const HOST_CERTIFICATES = ["/usr/local/share/ca-certificates", "/etc/pki/ca-trust/source/anchors"];

/** Reads the configuration of the current stack, and what set-up recorded. Nothing else reads either. */
export function readConfig(catalog: Catalog): { readonly config: MorganConfig; readonly problems: readonly Problem[] } {
  const source = new pulumi.Config();
  const { values, problems } = parseValues((key) => source.get(key), catalog, machineFacts());
  const certificates = readCertificates(values.caBundle);
  const token = readToken(source);
  const tls = readKeyPair(values.access, readTextIfExists, new Date());
  const { registryUser, pypi, apt, proxy } = values.network;
  const passwords = {
    registry: source.getSecret("registryPassword"),
    pypi: source.getSecret("pypiPassword"),
    apt: source.getSecret("aptPassword"),
  };
  const users = { registry: registryUser, pypi: pypi.user, apt: apt.user };
  const logins = (["registry", "pypi", "apt"] as const).flatMap((name) =>
    loginProblems(name, users[name], { isSet: passwords[name] !== undefined, isSecret: isSecret(`${name}Password`) }),
  );
  return {
    config: {
      ...values,
      stack: pulumi.getStack(),
      fullName: `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`,
      catalog,
      llmApiKey: source.getSecret("llmApiKey"),
      apiToken: token.value,
      tls: tls.pair,
      uv: process.env["MORGAN_UV"] ?? "",
      dockerHost: process.env["DOCKER_HOST"] ?? "",
      network: {
        registry: login(users.registry, passwords.registry),
        pypi: { ...pypi, login: login(users.pypi, passwords.pypi) },
        apt: { ...apt, login: login(users.apt, passwords.apt) },
        proxy,
        certificates: certificates ?? "",
      },
    },
    problems: [
      ...problems,
      ...(certificates === undefined ? [unreadable(values.caBundle)] : []),
      ...logins,
      ...token.problems,
      ...tls.problems,
    ],
  };
}

function login(user: string, password: pulumi.Output<string> | undefined): Login | undefined {
  return user === "" || password === undefined ? undefined : { user, password };
}

/** Whether Pulumi keeps a value encrypted; it says of which it does. */
function isSecret(key: string): boolean {
  const { PULUMI_CONFIG_SECRET_KEYS: keys } = process.env;
  return keys === undefined || keys.includes(`"morgan:${key}"`);
}

function machineFacts(): MachineFacts {
  // An empty one counts as unset, as it does for set-up.
  const { XDG_CACHE_HOME: caches = "" } = process.env;
  const cache = join(caches === "" ? join(homedir(), ".cache") : caches, "morgan");
  // Written whole by set-up; anything else in there counts as nothing recorded.
  const debian = /"baseImages":\s*"debian"/.test(readTextIfExists(".morgan/machine.json") ?? "");
  return { baseImages: debian ? "debian" : "registry", cache };
}

interface Token {
  readonly value?: pulumi.Output<string> | undefined;
  readonly problems: readonly Problem[];
}

/** Pulumi checks the text, which nobody else needs to see, and its error would show it. */
function readToken(source: pulumi.Config): Token {
  try {
    return { value: source.getSecret("apiToken", { pattern: TOKEN }), problems: [] };
  } catch {
    const expected = "24 to 500 letters, digits and -._~+/, with up to two = at the end";
    const fix = "openssl rand -hex 32 | pulumi config set --secret apiToken";
    return { problems: [{ key: "morgan:apiToken", expected, found: "another text", fix }] };
  }
}

function readCertificates(bundle: string): string | undefined {
  if (bundle !== "") return readTextIfExists(bundle);
  return HOST_CERTIFICATES.flatMap((folder) =>
    listCertificates(folder).map((path) => readTextIfExists(path) ?? ""),
  ).join("\n");
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

function unreadable(path: string): Problem {
  return {
    key: "morgan:caBundle",
    expected: "a file of certificates in PEM",
    found: `nothing readable at "${path}"`,
    fix: "pulumi config set caBundle …, or unset it to use the host's own store",
  };
}
