import { expect } from "chai";
import {
  readRefusal,
  registryProblem,
  sourceProblem,
  type PackageSource,
} from "../../../components/network/problems.ts";

const HOST = "harbor.example.com:8443";
const URL = `https://${HOST}/v2/`;

/** What engines say, by what it is about. */
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

describe("what a registry refuses", () => {
  for (const [refusal, messages] of Object.entries(MESSAGES)) {
    it(`is known for one that is about ${refusal}`, () => {
      for (const message of messages) expect(readRefusal(message), message).to.equal(refusal);
    });
  }

  it("names the host, the setting and the engine's own words", () => {
    const keys = {
      "unknown CA": "caBundle",
      certificate: "registry",
      login: "registryPassword",
      unreachable: "registry",
    };
    for (const [refusal, key] of Object.entries(keys)) {
      const [message = ""] = MESSAGES[refusal as keyof typeof keys];
      const problem = registryProblem(HOST, "ci", message);
      expect(problem).to.include({ key: `morgan:${key}`, found: message });
      expect(problem?.expected).to.contain(HOST);
      expect(problem?.fix).to.match(/./);
    }
  });

  it("is no problem where nobody logs in here: the Docker client may be logged in", () => {
    expect(registryProblem(HOST, "ci", MESSAGES.other[0]), "nor is what nobody knows").to.equal(undefined);
    for (const message of MESSAGES.login) {
      expect(registryProblem(HOST, "", message), message).to.equal(undefined);
    }
    expect(registryProblem(HOST, "", MESSAGES.unreachable[0])?.key).to.equal("morgan:registry");
  });
});

describe("what a package source answers", () => {
  const index: PackageSource = { key: "pypiIndex", url: `https://${HOST}/simple`, user: "ci" };
  const mirror: PackageSource = { key: "aptMirror", url: `http://${HOST}/debian`, user: "" };
  const about = (source: PackageSource, answer: Parameters<typeof sourceProblem>[1]): string =>
    sourceProblem(source, answer)?.key ?? "nothing";

  it("is no problem where it lets us in, whatever it has", () => {
    for (const status of [200, 302, 404]) expect(about(index, { status })).to.equal("nothing");
  });

  it("is a wrong password, or a log-in that is missing", () => {
    expect(about(index, { status: 401 })).to.equal("morgan:pypiPassword");
    expect(about({ ...mirror, user: "ci" }, { status: 403 })).to.equal("morgan:aptPassword");
    expect(about(mirror, { status: 401 })).to.equal("morgan:aptUser");
    expect(about({ ...index, user: "" }, { status: 401 })).to.equal("morgan:pypiUser");
    expect(about({ ...index, key: "pypiExtraIndex", user: "" }, { status: 401 })).to.equal("morgan:pypiExtraIndex");
  });

  it("is an unknown authority, a wrong certificate, or nothing at all", () => {
    for (const error of [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    ]) {
      expect(about(index, { error })).to.equal("morgan:caBundle");
    }
    for (const error of [
      "CERT_HAS_EXPIRED",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "ECONNREFUSED",
      "ENOTFOUND",
      "ETIMEDOUT",
    ]) {
      expect(sourceProblem(index, { error })).to.include({ key: "morgan:pypiIndex", found: error });
    }
    expect(sourceProblem(index, { error: "ECONNREFUSED" })?.expected).to.contain(HOST);
    expect(about(mirror, { status: 503 })).to.equal("morgan:aptMirror");
  });

  it("is the proxy's demand for a log-in", () => {
    expect(about(index, { status: 407 })).to.equal("morgan:proxy");
  });
});
