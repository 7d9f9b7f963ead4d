import type { ConfigReader } from "./reader.ts";
import type { Problem } from "../lib/errors.ts";

/** The part of a network profile that is plain text. */
export interface NetworkValues {
  readonly registryUser: string;
  readonly pypi: { readonly index: string; readonly extraIndex: string; readonly user: string };
  readonly apt: { readonly mirror: string; readonly user: string };
  readonly proxy: { readonly url: string; readonly except: readonly string[] };
}

/** A host in `no_proxy`: a name, with a dot before it for all below it, an address, a network; a port may follow. */
const EXCEPTION = /^(?:\*|\.?[\w-]+(?:\.[\w-]+)*(?:\/\d{1,2})?(?::\d{1,5})?)$/;

/** Reads what the configuration says of a company's network. */
export function readNetwork({ text, url, list, wrong }: ConfigReader, isLocalRegistry: boolean): NetworkValues {
  const registryUser = text("registryUser");
  if (registryUser !== "" && isLocalRegistry) {
    wrong("registryUser", "a registry to log in to: morgan:registry other than local", `"${registryUser}"`);
  }
  const pypi = { index: url("pypiIndex"), extraIndex: url("pypiExtraIndex"), user: text("pypiUser") };
  const apt = { mirror: url("aptMirror"), user: text("aptUser") };
  if (pypi.user !== "" && pypi.index === "") {
    wrong("pypiUser", "an index to log in to: morgan:pypiIndex", `"${pypi.user}"`);
  }
  if (apt.user !== "" && apt.mirror === "") {
    wrong("aptUser", "a mirror to log in to: morgan:aptMirror", `"${apt.user}"`);
  }
  const except = list("noProxy", "hosts");
  const odd = except.filter((host) => !EXCEPTION.test(host));
  if (odd.length > 0) wrong("noProxy", "hosts, .domains, addresses or networks", JSON.stringify(odd));
  return { registryUser, pypi, apt, proxy: { url: url("proxy"), except } };
}

/** What is wrong with a user and a password that belong together: `registry` for registryUser and registryPassword. */
export function loginProblems(
  name: string,
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
