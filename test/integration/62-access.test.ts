import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { connect } from "node:tls";
import { expect } from "chai";
import { gatewayConfig } from "../../components/deploy/gateway/haproxy-config.ts";
import { makeKeyPair } from "../unit/support/key-pair.ts";
import { containersOf, docker, holdersOf, idsOf } from "./support/engine.ts";
import { agreedVersion, ask, type Ask, type SecureAnswer } from "./support/https.ts";
import { listen, reachable } from "./support/network.ts";
import { bridgeAddress } from "./support/private-registry.ts";
import { TestStack } from "./support/test-stack.ts";

const TOKEN = "canary-token-of-the-gateway-4711";
const BEARER = { authorization: `Bearer ${TOKEN}` };
const MIB = 1024 * 1024;
const RATE = 100;

/** Warnings count too, but for the one that a first start gives: nothing is known of the containers yet. */
const CHECK = "echo 1 >/tmp/servers; exec haproxy -c -q -dW -f /dev/stdin";

describe("a gateway with a certificate, a token and limits", () => {
  const pair = makeKeyPair();
  const keyLine = pair.key.split("\n")[1] ?? "";
  let stack: TestStack;
  let model: Server;
  let modelAddress: string;
  let modelPort: number;
  let endpoint: string;

  before("up, with a language model that this test plays", async () => {
    model = createServer((request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ asked: request.url }));
    });
    modelAddress = bridgeAddress();
    modelPort = await listen(model, modelAddress);
    stack = await TestStack.create({
      services: ["llm", "vad"],
      llmEndpoint: `http://${modelAddress}:${String(modelPort)}/v1`,
      tlsCertificate: "tls/certificate.pem",
      tlsKey: "tls/key.pem",
      bodyLimit: "1 MiB",
      rateLimit: String(RATE),
    });
    mkdirSync(join(stack.folder, "tls"));
    writeFileSync(join(stack.folder, "tls/certificate.pem"), pair.certificate);
    writeFileSync(join(stack.folder, "tls/key.pem"), pair.key);
    await stack.configureSecrets({ apiToken: TOKEN });
    await stack.up();
    ({ endpoint } = await stack.outputs());
  });

  after(async () => {
    model.close();
    await stack.dispose();
  });

  const get = (path: string, asked?: Ask): Promise<SecureAnswer> => ask(`${endpoint}${path}`, pair.certificate, asked);
  const post = (body: Buffer, headers = {}): Promise<SecureAnswer> =>
    get("/v1/chat/completions", {
      method: "POST",
      headers: { ...BEARER, "content-type": "application/json", ...headers },
      body,
    });

  it("has an endpoint that says so", () => {
    expect(endpoint).to.equal(`https://127.0.0.1:${String(stack.gatewayPort)}`);
  });

  it("answers the one who brings the token", async () => {
    for (const authorization of [BEARER.authorization, `bearer ${TOKEN}`]) {
      const { status, text } = await get("/v1/models", { headers: { authorization } });
      expect(status).to.equal(200);
      expect(JSON.parse(text)).to.deep.equal({ asked: "/v1/models" });
    }
  });

  it("refuses everyone else, and says what is missing", async () => {
    const wrong = [
      undefined,
      TOKEN,
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(1)}`,
      `Basic ${TOKEN}`,
      "Bearer",
      "Bearer ",
    ];
    for (const authorization of wrong) {
      for (const path of ["/v1/models", "/", "/ready/", "//ready", "/%72eady", "/openapi.json"]) {
        const { status, code, headers } = await get(
          path,
          authorization === undefined ? {} : { headers: { authorization } },
        );
        expect([status, code], `${path} with ${String(authorization)}`).to.deep.equal([401, "unauthorized"]);
        expect(headers["www-authenticate"]).to.equal('Bearer realm="morgan"');
      }
    }
  });

  it("lets everyone ask whether it is there and ready", async () => {
    for (const path of ["/health", "/ready"]) expect((await get(path)).status, path).to.equal(200);
  });

  it("speaks TLS 1.2 and 1.3, no older one, and nothing without TLS", async () => {
    const port = stack.gatewayPort;
    const trusted = { ca: pair.certificate };
    expect(await agreedVersion(port, trusted)).to.equal("TLSv1.3");
    expect(await agreedVersion(port, { ...trusted, maxVersion: "TLSv1.2" })).to.equal("TLSv1.2");
    expect(await agreedVersion(port, { ...trusted, maxVersion: "TLSv1.1" })).to.match(/alert protocol version/i);
    expect(await agreedVersion(port, {})).to.match(/self-signed certificate/);
    expect(await fetch(`http://127.0.0.1:${String(port)}/ready`).catch(() => "refused")).to.equal("refused");
  });

  it("refuses a body over the limit, whether its length is declared or not, with an answer that arrives", async () => {
    const large = Buffer.alloc(1.5 * MIB, " ");
    for (const headers of [{}, { "transfer-encoding": "chunked" }]) {
      const { status, code } = await post(large, headers);
      expect([status, code], JSON.stringify(headers)).to.deep.equal([413, "body_too_large"]);
    }
    expect((await post(Buffer.alloc(0.9 * MIB, " "))).status, "within the limit, but no JSON").to.equal(422);
  });

  it("refuses one that is far too large before any of it is sent", async () => {
    const headers = { ...BEARER, "content-type": "application/json", "content-length": String(3 * MIB) };
    const { status, code, text } = await get("/v1/chat/completions", { method: "POST", headers, headersOnly: true });
    expect([status, code]).to.deep.equal([413, "body_too_large"]);
    expect(text, "the gateway's own answer").to.contain("than the stack takes");
  });

  it("gives a request that does not come to its end no more than its time", async () => {
    const socket = connect({ host: "127.0.0.1", port: stack.gatewayPort, ca: pair.certificate });
    await once(socket, "secureConnect");
    socket.write("GET /ready HTTP/1.1\r\nHost: localhost\r\n");
    let text = "";
    for await (const chunk of socket.setEncoding("utf8")) text += String(chunk);
    expect(text).to.match(/^HTTP\/1\.1 408 /);
  });

  it("leads outside from the service that asks a language model, and from no other", () => {
    const ids = idsOf(stack.name);
    const target = `${modelAddress}:${modelPort}` as const;
    expect(reachable(ids["llm"] ?? "", [target])).to.deep.equal([target]);
    expect(reachable(ids["vad"] ?? "", [target])).to.deep.equal([]);
  });

  it("shows token and key nowhere: not in the state, the stack's file, the engine, a process, the token in no file", () => {
    const gateway = containersOf(stack.name)["gateway"]?.Id ?? "";
    const state = readFileSync(join(stack.folder, `.morgan/state/.pulumi/stacks/morgan/${stack.name}.json`), "utf8");
    const shown = {
      state,
      file: readFileSync(join(stack.folder, `Pulumi.${stack.name}.yaml`), "utf8"),
      engine: JSON.stringify([containersOf(stack.name), holdersOf(stack.name)]),
      processes: docker("top", gateway, "-eo", "pid,args"),
      log: docker("logs", gateway),
    };
    expect(shown.processes).to.contain("haproxy");
    for (const [where, text] of Object.entries(shown)) {
      expect(text, where).not.to.contain(TOKEN);
      expect(text, where).not.to.contain(keyLine);
    }
    const config = docker("exec", gateway, "sh", "-c", "cat /usr/local/etc/haproxy/*");
    expect(config).to.contain(keyLine).and.not.contain(TOKEN);
    const digest = /-m str ([0-9A-F]{64})$/m.exec(config)?.[1] ?? "no digest";
    expect(state, "a digest, too").not.to.contain(digest);
  });

  it("is a configuration that HAProxy takes, whatever is demanded", () => {
    const gateway = idsOf(stack.name)["gateway"] ?? "";
    const routes = [{ name: "llm", port: 8001 }];
    for (const certificate of [undefined, "/usr/local/etc/haproxy/tls.pem"]) {
      for (const tokenDigest of [undefined, "0f".repeat(32)]) {
        for (const rateLimit of [0, 1, 1_000_000]) {
          const demands = { certificate, tokenDigest, rateLimit, bodyLimit: 64 * MIB };
          const input = gatewayConfig({ routes, published: "llm", publishedPort: 8080, demands });
          const check = ["exec", "--interactive", gateway, "/bin/sh", "-c", CHECK];
          expect(() => execFileSync("docker", check, { input, stdio: "pipe" }), input).not.to.throw();
        }
      }
    }
  });

  it("lets the demo in with the token of the configuration, or with that of the environment", () => {
    const environment = { ...stack.environment(), NODE_EXTRA_CA_CERTS: join(stack.folder, "tls/certificate.pem") };
    const demo = (variables: Record<string, string>): string => {
      try {
        const options = { cwd: stack.folder, env: { ...environment, ...variables }, stdio: "pipe" } as const;
        return String(execFileSync(process.execPath, stack.commandLineArguments("demo"), options));
      } catch (error) {
        return String(error);
      }
    };
    expect(demo({}), "llm takes no voice, and says so itself").to.match(/answered 404/);
    expect(demo({ MORGAN_API_TOKEN: `${TOKEN}-another` })).to.match(/answered 401/);
    expect(demo({ NODE_EXTRA_CA_CERTS: "" })).to.match(/NODE_EXTRA_CA_CERTS\n[^]*cannot be reached: /);
  });

  it("changes nothing the second time", async () => {
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });

  it("is refused at the preview with a key that is another's", async () => {
    writeFileSync(join(stack.folder, "tls/key.pem"), makeKeyPair().key);
    expect(await stack.failure("preview")).to.match(/morgan:tlsKey\s+expected: +the key of the first certificate/);
    writeFileSync(join(stack.folder, "tls/key.pem"), pair.key);
  });

  it("answers so many requests of one address and no more, whatever they ask for", async () => {
    const answers = await Promise.all(Array.from({ length: 2 * RATE }, () => get("/health")));
    const counts = (status: number): number => answers.filter((answer) => answer.status === status).length;
    expect(counts(200) + counts(429)).to.equal(2 * RATE);
    expect(counts(429)).to.be.greaterThan(0);
    const refused = answers.find(({ status }) => status === 429);
    expect([refused?.code, refused?.headers["retry-after"]]).to.deep.equal(["too_many_requests", "10"]);
    expect(
      docker("inspect", "--format", "{{.State.Health.Status}}", idsOf(stack.name)["gateway"] ?? "").trim(),
    ).to.equal("healthy");
  });
});
