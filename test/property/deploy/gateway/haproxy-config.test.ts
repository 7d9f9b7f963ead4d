import { expect } from "chai";
import fc from "fast-check";
import { haproxyConfig, type Route } from "../../../../components/deploy/gateway/haproxy-config.ts";
import type { GatewayLimits } from "../../../../components/deploy/gateway/published-frontend.ts";

const routes = fc
  .uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/), { minLength: 1, maxLength: 8 })
  .filter((names) => !names.includes("published"))
  .map((names) => names.map((name, index): Route => ({ name, port: 8000 + index })));

const NOTHING: GatewayLimits = { certificate: undefined, bodyLimit: 1_048_576, rateLimit: 0, tokenDigest: undefined };

const limits: fc.Arbitrary<GatewayLimits> = fc.record({
  certificate: fc.constantFrom(undefined, "/usr/local/etc/haproxy/tls.pem"),
  bodyLimit: fc.integer({ min: 1_048_576, max: 67_108_864 }),
  rateLimit: fc.nat({ max: 1_000_000 }),
  tokenDigest: fc.option(fc.stringMatching(/^[0-9a-f]{64}$/), { nil: undefined }),
});

/** The sections of a configuration: what begins at the margin, with the lines below it. */
function sections(config: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of config.split("\n").filter((text) => text !== "")) {
    if (line.startsWith("  ")) lines.push(line.trim());
    else {
      expect(found.has(line), `${line} is there once`).to.equal(false);
      found.set(line, (lines = []));
    }
  }
  return found;
}

const render = (given: readonly Route[], demanded: GatewayLimits): string =>
  haproxyConfig({ routes: given, published: given[0]?.name ?? "", publishedPort: 8080, limits: demanded });

const read = (given: readonly Route[], demanded = NOTHING): Map<string, string[]> => sections(render(given, demanded));

describe("the gateway's configuration", () => {
  it("has a frontend and a backend for each service, and the published frontend, and no other", () => {
    fc.assert(
      fc.property(routes, limits, (given, demanded) => {
        const ways = given.flatMap(({ name }) => [`frontend ${name}`, `backend ${name}`]);
        const fixed = ["global", "resolvers engine", "defaults", "frontend published"];
        expect([...read(given, demanded).keys()]).to.have.members([...fixed, ...ways]);
      }),
    );
  });

  it("leads each port to the containers of its service, and the published port to the published one", () => {
    fc.assert(
      fc.property(routes, limits, (given, demanded) => {
        const config = read(given, demanded);
        for (const { name, port } of given) {
          expect(config.get(`frontend ${name}`)).to.deep.equal([
            `bind ipv4@gateway:${port}`,
            "option httpclose",
            `default_backend ${name}`,
          ]);
          expect(config.get(`backend ${name}`)?.at(-1)).to.match(
            new RegExp(`^server-template ${name} \\d+ ${name}:${port} `),
          );
        }
        const first = given[0]?.name ?? "";
        expect(config.get("frontend published")?.[0]).to.match(/^bind :8080(?: ssl |$)/);
        expect(config.get("frontend published")?.at(-1)).to.equal(`default_backend ${first}`);
      }),
    );
  });

  it("checks the readiness of every container, and starts without any container", () => {
    fc.assert(
      fc.property(routes, (given) => {
        for (const [section, lines] of read(given)) {
          if (!section.startsWith("backend ")) continue;
          expect(lines.at(-2)).to.equal("http-check send meth GET uri /ready");
          expect(lines.at(-1)).to.match(/ check resolvers engine resolve-prefer ipv4 init-addr last,none$/);
        }
      }),
    );
  });

  it("sends a request a second time only if the service has another container", () => {
    fc.assert(
      fc.property(routes, (given) => {
        for (const [section, lines] of read(given)) {
          if (!section.startsWith("backend ")) continue;
          const name = section.slice("backend ".length);
          expect(lines).to.include(`http-request disable-l7-retry if { nbsrv(${name}) lt 2 }`);
        }
      }),
    );
  });

  it("has more buffers than connections, and memory for all of them", () => {
    const lines = read([{ name: "core", port: 8000 }]).get("global") ?? [];
    const value = (key: string): number =>
      Number(lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1));
    expect(value("tune.buffers.limit")).to.be.greaterThan(1.25 * value("maxconn"));
    expect(value("tune.buffers.limit") * value("tune.bufsize")).to.be.lessThan(0.75 * 1024 ** 3);
  });

  it("replaces what a client claims about the way of its request", () => {
    fc.assert(
      fc.property(routes, limits, (given, demanded) => {
        const lines = read(given, demanded).get("frontend published") ?? [];
        const about = lines.filter((line) => /forwarded|real-ip/.test(line));
        expect(about).to.deep.equal([
          "http-request del-header x-forwarded- -m beg",
          "http-request del-header forwarded",
          "http-request del-header x-real-ip",
          "http-request set-header x-forwarded-for %[src]",
          `http-request set-header x-forwarded-proto ${demanded.certificate === undefined ? "http" : "https"}`,
        ]);
      }),
    );
  });

  it("checks connections, rate, token, form and body in this order, on the published port only", () => {
    fc.assert(
      fc.property(routes, limits, (given, demanded) => {
        const { rateLimit, tokenDigest, bodyLimit } = demanded;
        const config = read(given, demanded);
        const denied = config.get("frontend published")?.filter((line) => line.startsWith("http-request deny"));
        expect(denied).to.deep.equal([
          "http-request deny deny_status 429 if { sc_conn_cur(0) gt 1000 }",
          ...(rateLimit > 0 ? [`http-request deny deny_status 429 if { sc_http_req_rate(0) gt ${rateLimit} }`] : []),
          ...(tokenDigest === undefined ? [] : ["http-request deny deny_status 401 unless authorised or open"]),
          "http-request deny deny_status 405 unless { method GET HEAD POST PUT PATCH DELETE OPTIONS }",
          "http-request deny deny_status 400 unless { path_beg / } { req.ver 1.0 1.1 }",
          `http-request deny deny_status 413 if { req.body_size gt ${2 * bodyLimit} }`,
        ]);
        const elsewhere = [...config]
          .filter(([section]) => section !== "frontend published")
          .flatMap(([, lines]) => lines);
        // A service may be named like a keyword, so that only the directives themselves count.
        expect(elsewhere.filter((line) => /^(?:acl|http-request deny) |^bind .* ssl(?: |$)/.test(line))).to.deep.equal(
          [],
        );
      }),
    );
  });

  it("accepts only TLS 1.2 or newer on the published port if there is a certificate", () => {
    fc.assert(
      fc.property(routes, limits, (given, demanded) => {
        const binds = read(given, demanded)
          .get("frontend published")
          ?.filter((line) => line.startsWith("bind "));
        const tls = ` ssl crt ${demanded.certificate ?? ""} ssl-min-ver TLSv1.2 alpn http/1.1`;
        expect(binds).to.deep.equal([`bind :8080${demanded.certificate === undefined ? "" : tls}`]);
      }),
    );
  });

  it("allows health and readiness without a token, and passes the token to no service", () => {
    const lines = read([{ name: "core", port: 8000 }], { ...NOTHING, tokenDigest: "ab".repeat(32) });
    expect(lines.get("frontend published")).to.include.members([
      `acl authorised http_auth_bearer,sha2(256),hex -m str ${"AB".repeat(32)}`,
      "acl open path /health /ready",
      "http-request del-header authorization",
    ]);
  });

  it("is the same text for the same routes, so that the gateway is not replaced", () => {
    fc.assert(
      fc.property(routes, limits, (given, demanded) => {
        expect(render(structuredClone(given), structuredClone(demanded))).to.equal(render(given, demanded));
      }),
    );
  });
});
