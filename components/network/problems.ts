import type { Problem } from "../lib/errors.ts";
import type { Answer } from "../host/http.ts";

/** The cause of a refusal by a registry or a package source. */
export type Refusal = "unknown CA" | "certificate" | "login" | "unreachable" | "other";

/** Returns the cause in the engine's message about a registry. The texts come from Go, registries and Docker 28.5. */
export function readRefusal(message: string): Refusal {
  if (/unknown authority|is not trusted/.test(message)) return "unknown CA";
  if (/x509:|tls:|gave HTTP response to HTTPS client/.test(message)) return "certificate";
  if (/\b40[13]\b|unauthorized|denied|no basic auth credentials|incorrect username or password/i.test(message)) {
    return "login";
  }
  if (
    /status: 5\d\d|refused|no such host|timeout|timed out|no answer within|no route|unreachable|deadline|EOF|reset/i.test(
      message,
    )
  ) {
    return "unreachable";
  }
  return "other";
}

/**
 * Returns the problem that the engine has with a registry. A refused login without a configured user is no problem,
 * because the Docker client may be logged in.
 */
export function registryProblem(host: string, user: string, message: string): Problem | undefined {
  const found = message;
  switch (readRefusal(message)) {
    case "unknown CA":
      return unknownCaProblem(host, found);
    case "certificate":
      return {
        key: "morgan:registry",
        expected: `a registry at ${host} with TLS, and a certificate for that name`,
        found,
        fix: "correct its certificate, or name the registry as its certificate does",
      };
    case "login":
      return user === "" ? undefined : refusedLogin("registry", host, user, found);
    case "unreachable":
      return {
        key: "morgan:registry",
        expected: `a registry that the engine reaches at ${host}`,
        found,
        fix: "start it, or name another one; running containers keep running",
      };
    case "other":
      // A push may still succeed; if it fails, it reports why.
      return undefined;
  }
}

/** Returns the problem of a host whose certificate no trusted CA signed. */
export function unknownCaProblem(host: string, found: string): Problem {
  return {
    key: "morgan:caBundle",
    expected: `the certificate of the CA that signed the certificate of ${host}`,
    found,
    fix: "pulumi config set caBundle <file with it in PEM>",
  };
}

/** Returns the problem of a registry that an engine does not trust, if this program cannot install the CA there. */
export function untrustedRegistryProblem(host: string, path: string): Problem {
  return {
    key: "morgan:registry",
    expected: `an engine that trusts the certificate of ${host}`,
    found: "an engine without the CA that signed it",
    fix: `put the certificates of morgan:caBundle into ${path} on the engine's host; it needs no restart`,
  };
}

/** A package source as the configuration names it. */
export interface PackageSource {
  readonly key: "pypiIndex" | "pypiExtraIndex" | "aptMirror";
  readonly url: string;
  /** User of the login; empty if there is no login. */
  readonly user: string;
}

/** Returns the problem of a package source that refuses access. A missing file is no problem. */
export function sourceProblem({ key, url, user }: PackageSource, answer: Answer): Problem | undefined {
  const host = URL.canParse(url) ? new URL(url).host : url;
  if ("error" in answer) {
    const { error } = answer;
    if (/SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|CERT_UNTRUSTED/.test(error)) return unknownCaProblem(host, error);
    const fix = `repair it, or name another one: pulumi config set ${key} …`;
    if (/CERT|TLS|SSL|EPROTO/.test(error)) {
      return { key: `morgan:${key}`, expected: `a valid certificate of ${host}`, found: error, fix };
    }
    return { key: `morgan:${key}`, expected: `an answer of ${host}`, found: error, fix };
  }
  const found = `${String(answer.status)} from ${host}`;
  if (answer.status === 401 || answer.status === 403) {
    if (user !== "") return refusedLogin(key === "aptMirror" ? "apt" : "pypi", host, user, found);
    const name = key === "aptMirror" ? "aptUser" : "pypiUser";
    return key === "pypiExtraIndex"
      ? {
          key: `morgan:${key}`,
          expected: `an index without a login, or one on the host of morgan:pypiIndex, whose login it then gets`,
          found,
          fix: `pulumi config set ${key} …`,
        }
      : { key: `morgan:${name}`, expected: `a user of ${host}`, found, fix: `pulumi config set ${name} …` };
  }
  if (answer.status === 407) return proxyProblem(host, "407: the proxy requires a login, which is not supported");
  if (answer.status < 500) return undefined;
  return { key: `morgan:${key}`, expected: `an answer of ${host}`, found, fix: `repair it, or set morgan:${key}` };
}

/** Returns the problem of a proxy that does not answer, or that answers with an error. */
export function proxyProblem(host: string, found: string): Problem {
  return {
    key: "morgan:proxy",
    expected: `an HTTP proxy that serves at ${host}`,
    found,
    fix: "start it, set another one, or name hosts that are reached without it in morgan:noProxy",
  };
}

function refusedLogin(name: "registry" | "pypi" | "apt", host: string, user: string, found: string): Problem {
  const secret = `${name}Password`;
  return {
    key: `morgan:${secret}`,
    expected: `the password of "${user}" at ${host}`,
    found,
    fix: `pulumi config set --secret ${secret}, or morgan:${name}User for another user`,
  };
}
