import { fitsSecrets } from "../network/certificates.ts";
import { bundleProblem } from "./certificate.ts";
import { ONE_LINE, ONE_WORD } from "./secret.ts";
import type { Login, NetworkProfile } from "../network/profile.ts";
import type { ConfigReader } from "./reader.ts";
import type { ConfigSources } from "./sources.ts";
import type { Problem } from "../lib/errors.ts";

/** A host in `no_proxy`: a name, a domain with a dot before it, an address or a network. A port may follow. */
const EXCEPTION = /^(?:\*|\.?[\w-]+(?:\.[\w-]+)*(?:\/\d{1,2})?(?::\d{1,5})?)$/;

/** A user of HTTP's basic authentication, which ends at a colon, or nothing. */
const USER = /^[^\p{Cc}\s:]*$/u;

/** The hosts that may need a login. */
type LoginName = "registry" | "pypi" | "apt";

/** Reads the section of a company's network. */
export function readNetwork(reader: ConfigReader, sources: ConfigSources, isLocalRegistry: boolean): NetworkProfile {
  const { text, url, list, wrong, unused } = reader;
  const registryUser = text("registryUser");
  if (registryUser !== "" && isLocalRegistry) {
    wrong("registryUser", "a registry to log in to: morgan:registry other than local", `"${registryUser}"`);
  }
  const [index, extraIndex] = [url("pypiIndex", "a build"), url("pypiExtraIndex", "a build")];
  const [mirror, proxy] = [url("aptMirror", "a build"), url("proxy", "a build")];
  const [pypiUser, aptUser] = [text("pypiUser"), text("aptUser")];
  if (pypiUser !== "" && index === "") wrong("pypiUser", "an index to log in to: morgan:pypiIndex", `"${pypiUser}"`);
  if (aptUser !== "" && mirror === "") wrong("aptUser", "a mirror to log in to: morgan:aptMirror", `"${aptUser}"`);
  const except = list("noProxy", "hosts");
  const odd = except.filter((host) => !EXCEPTION.test(host));
  if (odd.length > 0) wrong("noProxy", "hosts, .domains, addresses or networks", JSON.stringify(odd));
  if (except.length > 0 && text("proxy") === "") unused("noProxy", "there is no morgan:proxy");
  return {
    registry: readLogin("registry", registryUser, reader),
    pypi: { index, extraIndex, login: readLogin("pypi", pypiUser, reader) },
    apt: { mirror, login: readLogin("apt", aptUser, reader) },
    proxy: { url: proxy, except },
    certificates: readCertificates(reader, sources),
    caBundle: text("caBundle"),
  };
}

/** Reads a user and its password. In a file of apt's, spaces separate the two. */
function readLogin(name: LoginName, user: string, { add, secret, hasSecret, wrong }: ConfigReader): Login | undefined {
  const password = secret(`${name}Password`, name === "apt" ? ONE_WORD : ONE_LINE);
  if (!USER.test(user)) wrong(`${name}User`, "a user without spaces and colons", JSON.stringify(user));
  add(loginProblems(name, user, hasSecret(`${name}Password`)));
  return user === "" || password === undefined ? undefined : { user, password };
}

function readCertificates({ text, add }: ConfigReader, sources: ConfigSources): string {
  const bundle = text("caBundle");
  const certificates = bundle === "" ? sources.hostCertificates() : sources.readText(bundle);
  const problem = bundle === "" ? undefined : bundleProblem(bundle, certificates);
  if (problem !== undefined) add([problem]);
  else if (certificates !== undefined && fitsSecrets(certificates)) return certificates;
  else add([tooLarge(certificates ?? "")]);
  return "";
}

function tooLarge(certificates: string): Problem {
  return {
    key: "morgan:caBundle",
    expected: "certificates of at most 480 kB",
    found: `${String(Math.ceil(Buffer.byteLength(certificates) / 1000))} kB`,
    fix: "pulumi config set caBundle <file with the company's certificates alone>",
    buildsOnly: true,
  };
}

/** Returns the problem of a user or a password without the other; "registry" is registryUser and registryPassword. */
export function loginProblems(name: LoginName, user: string, hasPassword: boolean): Problem[] {
  const secret = `${name}Password`;
  if (user !== "" && !hasPassword) {
    const fix = `pulumi config set --secret ${secret}`;
    return [{ key: `morgan:${secret}`, expected: `the password of "${user}"`, found: "nothing", fix }];
  }
  if (user === "" && hasPassword) {
    const expected = `the user whose password is morgan:${secret}`;
    return [{ key: `morgan:${name}User`, expected, found: "nothing", fix: `pulumi config set ${name}User …` }];
  }
  return [];
}
