import { fitsSecrets } from "../network/certificates.ts";
import type { Login, NetworkProfile } from "../network/profile.ts";
import type { ConfigReader, ConfigSources } from "./reader.ts";
import type { Problem } from "../lib/errors.ts";

/** A host in `no_proxy`: a name, a domain with a dot before it, an address or a network. A port may follow. */
const EXCEPTION = /^(?:\*|\.?[\w-]+(?:\.[\w-]+)*(?:\/\d{1,2})?(?::\d{1,5})?)$/;

/** The hosts that may need a login. */
type LoginName = "registry" | "pypi" | "apt";

/** Reads the section of a company's network. */
export function readNetwork(reader: ConfigReader, sources: ConfigSources, isLocalRegistry: boolean): NetworkProfile {
  const { text, url, list, wrong } = reader;
  const registryUser = text("registryUser");
  if (registryUser !== "" && isLocalRegistry) {
    wrong("registryUser", "a registry to log in to: morgan:registry other than local", `"${registryUser}"`);
  }
  const [index, extraIndex, pypiUser] = [url("pypiIndex"), url("pypiExtraIndex"), text("pypiUser")];
  const [mirror, aptUser] = [url("aptMirror"), text("aptUser")];
  if (pypiUser !== "" && index === "") wrong("pypiUser", "an index to log in to: morgan:pypiIndex", `"${pypiUser}"`);
  if (aptUser !== "" && mirror === "") wrong("aptUser", "a mirror to log in to: morgan:aptMirror", `"${aptUser}"`);
  const except = list("noProxy", "hosts");
  const odd = except.filter((host) => !EXCEPTION.test(host));
  if (odd.length > 0) wrong("noProxy", "hosts, .domains, addresses or networks", JSON.stringify(odd));
  return {
    registry: readLogin("registry", registryUser, reader, sources),
    pypi: { index, extraIndex, login: readLogin("pypi", pypiUser, reader, sources) },
    apt: { mirror, login: readLogin("apt", aptUser, reader, sources) },
    proxy: { url: url("proxy"), except },
    certificates: readCertificates(reader, sources),
    caBundle: text("caBundle"),
  };
}

function readLogin(name: LoginName, user: string, { add }: ConfigReader, sources: ConfigSources): Login | undefined {
  const password = sources.secret(`${name}Password`);
  const isSecret = sources.isEncrypted(`${name}Password`);
  add(loginProblems(name, user, { isSet: password !== undefined, isSecret }));
  return user === "" || password === undefined ? undefined : { user, password };
}

function readCertificates({ text, wrong }: ConfigReader, sources: ConfigSources): string {
  const bundle = text("caBundle");
  const certificates = bundle === "" ? sources.hostCertificates() : sources.readText(bundle);
  if (certificates === undefined) {
    const fix = "pulumi config set caBundle …, or unset it to use the host's own store";
    wrong("caBundle", "a file of certificates in PEM", `nothing readable at "${bundle}"`, fix);
  } else if (!fitsSecrets(certificates)) {
    const found = `${String(Math.ceil(Buffer.byteLength(certificates) / 1000))} kB`;
    const fix = "pulumi config set caBundle <file with the company's certificates alone>";
    wrong("caBundle", "certificates of at most 480 kB", found, fix);
  } else return certificates;
  return "";
}

/** Returns the problems of a user and its password. "registry" stands for registryUser and registryPassword. */
export function loginProblems(
  name: LoginName,
  user: string,
  password: { readonly isSet: boolean; readonly isSecret: boolean },
): Problem[] {
  const secret = `${name}Password`;
  const fix = `pulumi config set --secret ${secret}`;
  if (user !== "" && !password.isSet) {
    return [{ key: `morgan:${secret}`, expected: `the password of "${user}"`, found: "nothing", fix }];
  }
  if (user === "" && password.isSet) {
    const expected = `the user whose password is morgan:${secret}`;
    return [{ key: `morgan:${name}User`, expected, found: "nothing", fix: `pulumi config set ${name}User …` }];
  }
  if (password.isSet && !password.isSecret) {
    return [{ key: `morgan:${secret}`, expected: "a secret", found: "a password that everyone can read", fix }];
  }
  return [];
}
