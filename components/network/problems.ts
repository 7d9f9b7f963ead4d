import type { Problem } from "../lib/errors.ts";
import type { Answer } from "../host/http.ts";

/** What a refusal of a registry, or of a package source, is about. */
export type Refusal = "authority" | "certificate" | "login" | "unreachable" | "other";

/** What the engine's message on a registry is about; it is Go's, the registry's, or the engine's own. */
export function readRefusal(message: string): Refusal {
  if (/unknown authority|is not trusted/.test(message)) return "authority";
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

/** The problem that the engine has with a registry; none where it may be that the Docker client is logged in. */
export function registryProblem(host: string, user: string, message: string): Problem | undefined {
  const found = message;
  switch (readRefusal(message)) {
    case "authority":
      return unknownCaProblem(host, found);
    case "certificate":
      return {
        key: "morgan:registry",
        expected: `a registry at ${host} with TLS, and a certificate for that name`,
        found,
        fix: "mend its certificate, or name the registry as its certificate does",
      };
    case "login":
      return user === "" ? undefined : loginProblem("registry", host, user, found);
    case "unreachable":
      return {
        key: "morgan:registry",
        expected: `a registry that the engine reaches at ${host}`,
        found,
        fix: "start it, or name another one; what runs goes on running",
      };
    case "other":
      // A push may go well for all that; where it does not, it says why.
      return undefined;
  }
}

/** Nobody who is trusted has signed a host's certificate. */
export function unknownCaProblem(host: string, found: string): Problem {
  return {
    key: "morgan:caBundle",
    expected: `the certificate of the authority that ${host} has its own from`,
    found,
    fix: "pulumi config set caBundle <file with it in PEM>",
  };
}

/** The engine's host has to trust a registry, and nobody can see to that from here. */
export function untrustedRegistryProblem(host: string, place: string): Problem {
  return {
    key: "morgan:registry",
    expected: `an engine that trusts the certificate of ${host}`,
    found: "it does not know who signed it",
    fix: `put the certificates of morgan:caBundle into ${place} on the engine's host; it needs no restart`,
  };
}

/** A source of packages as the configuration names it. */
export interface PackageSource {
  readonly key: "pypiIndex" | "pypiExtraIndex" | "aptMirror";
  readonly url: string;
  /** Empty where none logs in. */
  readonly user: string;
}

/** The problem with what a package source answered; none where it lets us in, whether or not it has what was asked for. */
export function sourceProblem({ key, url, user }: PackageSource, answer: Answer): Problem | undefined {
  const host = URL.canParse(url) ? new URL(url).host : url;
  if ("error" in answer) {
    const { error } = answer;
    if (/SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|CERT_UNTRUSTED/.test(error)) return unknownCaProblem(host, error);
    const fix = `mend it, or name another one: pulumi config set ${key} …`;
    if (/CERT|TLS|SSL|EPROTO/.test(error)) {
      return { key: `morgan:${key}`, expected: `a valid certificate of ${host}`, found: error, fix };
    }
    return { key: `morgan:${key}`, expected: `an answer of ${host}`, found: error, fix };
  }
  const found = `${String(answer.status)} from ${host}`;
  if (answer.status === 401 || answer.status === 403) {
    if (user !== "") return loginProblem(key === "aptMirror" ? "apt" : "pypi", host, user, found);
    const name = key === "aptMirror" ? "aptUser" : "pypiUser";
    return key === "pypiExtraIndex"
      ? {
          key: `morgan:${key}`,
          expected: `an index that lets everyone in, or one on the host of morgan:pypiIndex, whose log-in it then gets`,
          found,
          fix: `pulumi config set ${key} …`,
        }
      : { key: `morgan:${name}`, expected: `a user of ${host}`, found, fix: `pulumi config set ${name} …` };
  }
  if (answer.status === 407) return proxyProblem(host, "407: the proxy demands a log-in, which it cannot have");
  if (answer.status < 500) return undefined;
  return { key: `morgan:${key}`, expected: `an answer of ${host}`, found, fix: `mend it, or set morgan:${key}` };
}

/** Nobody answers at the proxy, or it does not serve. */
export function proxyProblem(host: string, found: string): Problem {
  return {
    key: "morgan:proxy",
    expected: `an HTTP proxy that serves at ${host}`,
    found,
    fix: "start it, set another one, or name hosts that are reached without it in morgan:noProxy",
  };
}

function loginProblem(name: "registry" | "pypi" | "apt", host: string, user: string, found: string): Problem {
  const secret = `${name}Password`;
  return {
    key: `morgan:${secret}`,
    expected: `the password of "${user}" at ${host}`,
    found,
    fix: `pulumi config set --secret ${secret}, or morgan:${name}User for another user`,
  };
}
