import { expect } from "chai";
import {
  readRefusal,
  registryProblem,
  sourceProblem,
  type PackageSource,
} from "../../../components/network/problems.ts";

const HOST = "harbor.example.com:8443";
const URL = `https://${HOST}/v2/`;

/** Messages of engines, by the kind of refusal. */
const MESSAGES = {
  "unknown CA": [
    `Get "${URL}": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    `Get "${URL}": x509: “harbor” certificate is not trusted`,
  ],
  certificate: [
    `Get "${URL}": tls: failed to verify certificate: x509: certificate has expired or is not yet valid`,
    `Get "${URL}": tls: failed to verify certificate: x509: certificate is valid for a.example.com, not harbor`,
    `Get "${URL}": http: server gave HTTP response to HTTPS client`,
  ],
  login: [
    `login attempt to ${URL} failed with status: 401 Unauthorized`,
    `Get "${URL}": unauthorized: authentication required`,
    `Get "${URL}": no basic auth credentials`,
    "pull access denied for team/images",
  ],
  unreachable: [
    `Get "${URL}": dial tcp 10.0.0.1:8443: connect: connection refused`,
    `Get "${URL}": dial tcp: lookup harbor.example.com on 10.0.0.53:53: no such host`,
    `Get "${URL}": net/http: request canceled while waiting for connection (Client.Timeout exceeded)`,
    "no answer within 10 s",
    `login attempt to ${URL} failed with status: 503 Service Unavailable`,
  ],
  other: ["something new"],
} as const;

describe("the refusal of a registry", () => {
  for (const [refusal, messages] of Object.entries(MESSAGES)) {
    for (const message of messages) {
      it(`is ${refusal} if the engine reports: ${message}`, () => {
        expect(readRefusal(message)).to.equal(refusal);
      });
    }
  }

  for (const [refusal, key] of [
    ["unknown CA", "caBundle"],
    ["certificate", "registry"],
    ["login", "registryPassword"],
    ["unreachable", "registry"],
  ] as const) {
    it(`is a problem of ${key} with the host and the engine's message, if its kind is ${refusal}`, () => {
      const [message] = MESSAGES[refusal];
      const problem = registryProblem(HOST, "ci", message);
      expect(problem).to.include({ key: `morgan:${key}`, found: message });
      expect(problem?.expected).to.contain(HOST);
      expect(problem?.fix).to.match(/./);
    });
  }

  it("is no problem if the program does not know its kind", () => {
    expect(registryProblem(HOST, "ci", MESSAGES.other[0])).to.equal(undefined);
  });

  for (const message of MESSAGES.login) {
    it(`is no problem without a user, because the Docker client may be logged in: ${message}`, () => {
      expect(registryProblem(HOST, "", message)).to.equal(undefined);
    });
  }

  it("is a problem without a user if the registry is unreachable", () => {
    expect(registryProblem(HOST, "", MESSAGES.unreachable[0])?.key).to.equal("morgan:registry");
  });
});

describe("the response of a package source", () => {
  const index: PackageSource = { key: "pypiIndex", url: `https://${HOST}/simple`, user: "ci" };
  const mirror: PackageSource = { key: "aptMirror", url: `http://${HOST}/debian`, user: "" };
  const about = (source: PackageSource, answer: Parameters<typeof sourceProblem>[1]): string =>
    sourceProblem(source, answer)?.key ?? "nothing";

  it("is a problem of a mirror that lacks a suite, and names the suites", () => {
    const security: PackageSource = { key: "aptSecurityMirror", url: `http://${HOST}/debian-security`, user: "" };
    expect(sourceProblem(mirror, { status: 404 })?.expected).to.contain("bookworm and bookworm-updates");
    const problem = sourceProblem(security, { status: 404 });
    expect(problem?.expected).to.equal(`bookworm-security at http://${HOST}/debian-security`);
    expect(problem?.fix).to.contain("none");
  });

  for (const status of [200, 302, 404]) {
    it(`is no problem if the status is ${status}`, () => {
      expect(about(index, { status })).to.equal("nothing");
    });
  }

  const extra: PackageSource = { ...index, key: "pypiExtraIndex", user: "" };
  for (const [source, status, key] of [
    [index, 401, "pypiPassword"],
    [{ ...mirror, user: "ci" }, 403, "aptPassword"],
    [mirror, 401, "aptUser"],
    [{ ...index, user: "" }, 401, "pypiUser"],
    [extra, 401, "pypiExtraIndex"],
    [index, 407, "proxy"],
    [mirror, 503, "aptMirror"],
    [{ ...mirror, key: "aptSecurityMirror" }, 401, "aptSecurityMirror"],
    [{ ...mirror, key: "aptSecurityMirror", user: "ci" }, 403, "aptPassword"],
  ] as const) {
    it(`is a problem of ${key} if ${source.key} answers user "${source.user}" with ${status}`, () => {
      expect(about(source, { status })).to.equal(`morgan:${key}`);
    });
  }

  for (const error of [
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  ]) {
    it(`is a problem of caBundle if the connection fails with ${error}`, () => {
      expect(about(index, { error })).to.equal("morgan:caBundle");
    });
  }

  for (const error of ["CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID", "ECONNREFUSED", "ENOTFOUND", "ETIMEDOUT"]) {
    it(`is a problem of the source, with its host, if the connection fails with ${error}`, () => {
      const problem = sourceProblem(index, { error });
      expect(problem).to.include({ key: "morgan:pypiIndex", found: error });
      expect(problem?.expected).to.contain(HOST);
    });
  }
});
