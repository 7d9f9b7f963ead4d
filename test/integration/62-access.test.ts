import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { expect } from "chai";
import { haproxyConfig } from "../../components/deploy/gateway/haproxy-config.ts";
import { makeKeyPair } from "../unit/support/key-pair.ts";
import { containersOf, docker, filesContainersOf, healthOf, idsOf } from "./support/engine.ts";
import { negotiatedVersion, send, type HttpsRequest, type HttpsResponse } from "./support/https.ts";
import { createModelServer, TEST_MODEL } from "./support/model-server.ts";
import { listen, reachable } from "./support/network.ts";
import { bridgeAddress } from "./support/private-registry.ts";
import { TestStack } from "./support/test-stack.ts";

const TOKEN = "canary-token-of-the-gateway-4711";
const BEARER = { authorization: `Bearer ${TOKEN}` };
const MIB = 1024 * 1024;
const RATE = 100;

/** Pause in milliseconds between two parts of a slow request. */
const SLOW = 6000;

/** A text at which the simulated language model ends the service that sends it. */
const DEADLY = "the end";

/** Ends all processes of a container as a crash would. The engine starts it again, which it does not after a kill. */
function endProcesses(container: string): void {
  spawnSync("docker", ["exec", container, "python3", "-c", "import os; os.kill(-1, 9)"]);
}

/** Fails on warnings too. The file of container states exists, because HAProxy 2.6 warns at a start without it. */
const CHECK = "echo 1 >/tmp/servers; exec haproxy -c -q -dW -f /dev/stdin";

describe("a gateway with a certificate, a token and limits", () => {
  const pair = makeKeyPair();
  const keyLine = pair.key.split("\n")[1] ?? "";
  let stack: TestStack;
  let model: Server;
  let modelAddress: string;
  let modelPort: number;
  let deadly = 0;
  let endpoint: string;

  before("up, with a simulated language model", async () => {
    model = createModelServer((body) => {
      if (JSON.stringify(body).includes(DEADLY)) {
        deadly += 1;
        endProcesses(idsOf(stack.name)["llm"] ?? "");
      }
    });
    modelAddress = bridgeAddress();
    modelPort = await listen(model, modelAddress);
    stack = await TestStack.create({
      services: ["llm", "vad"],
      llmEndpoint: `http://host.docker.internal:${String(modelPort)}/v1`,
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

  const get = (path: string, options?: HttpsRequest): Promise<HttpsResponse> =>
    send(`${endpoint}${path}`, pair.certificate, options);
  const post = (body: Buffer, headers = {}): Promise<HttpsResponse> =>
    get("/v1/chat/completions", {
      method: "POST",
      headers: { ...BEARER, "content-type": "application/json", ...headers },
      body,
    });

  it("the endpoint is an https URL", () => {
    expect(endpoint).to.equal(`https://127.0.0.1:${String(stack.gatewayPort)}`);
  });

  it("a request with the token is answered", async () => {
    for (const authorization of [BEARER.authorization, `bearer ${TOKEN}`]) {
      const { status, text } = await get("/v1/models", { headers: { authorization } });
      expect(status).to.equal(200);
      expect(JSON.parse(text)).to.deep.equal({ object: "list", data: [{ id: TEST_MODEL }] });
    }
  });

  it("a request that names no model gets the model of the server, and one that names another is refused", async () => {
    const ask = (members: object): Promise<HttpsResponse> =>
      post(Buffer.from(JSON.stringify({ messages: [{ role: "user", content: "hello" }], ...members })));
    const { status, text } = await ask({});
    expect(status, text).to.equal(200);
    expect(JSON.parse(text)).to.deep.equal({ model: TEST_MODEL, choices: [] });
    expect(await ask({ model: "another" })).to.include({ status: 404, code: "endpoint_refused" });
  });

  it("a request without the right token is refused on every path, with the scheme that it lacks", async () => {
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

  it("/health and /ready need no token", async () => {
    for (const path of ["/health", "/ready"]) expect((await get(path)).status, path).to.equal(200);
  });

  it("the gateway offers TLS 1.2 and 1.3, no older version, and no plain HTTP", async () => {
    const port = stack.gatewayPort;
    const trusted = { ca: pair.certificate };
    expect(await negotiatedVersion(port, trusted)).to.equal("TLSv1.3");
    expect(await negotiatedVersion(port, { ...trusted, maxVersion: "TLSv1.2" })).to.equal("TLSv1.2");
    expect(await negotiatedVersion(port, { ...trusted, maxVersion: "TLSv1.1" })).to.match(/alert protocol version/i);
    expect(await negotiatedVersion(port, {})).to.match(/self-signed certificate/);
    expect(await fetch(`http://127.0.0.1:${String(port)}/ready`).catch(() => "refused")).to.equal("refused");
  });

  it("a body over the limit is refused with an answer, with or without a declared length", async () => {
    const large = Buffer.alloc(1.5 * MIB, " ");
    for (const headers of [{}, { "transfer-encoding": "chunked" }]) {
      const { status, code } = await post(large, headers);
      expect([status, code], JSON.stringify(headers)).to.deep.equal([413, "body_too_large"]);
    }
    expect((await post(Buffer.alloc(0.9 * MIB, " "))).status, "within the limit, but no JSON").to.equal(422);
  });

  it("a body that is far too large is refused before it is sent", async () => {
    const headers = { ...BEARER, "content-type": "application/json", "content-length": String(3 * MIB) };
    const { status, code, text } = await get("/v1/chat/completions", { method: "POST", headers, headersOnly: true });
    expect([status, code]).to.deep.equal([413, "body_too_large"]);
    expect(text, "the gateway's own answer").to.contain("than the stack takes");
  });

  /** Sends these texts on one connection, with a pause before each but the first, and returns the answer. */
  const sendRaw = async (...texts: readonly string[]): Promise<string> => {
    const socket = connect({ host: "127.0.0.1", port: stack.gatewayPort, ca: pair.certificate });
    await once(socket, "secureConnect");
    for (const [index, part] of texts.entries()) {
      if (index > 0) await sleep(SLOW);
      socket.write(part);
    }
    let text = "";
    for await (const chunk of socket.setEncoding("utf8")) text += String(chunk);
    return text;
  };

  it("headers have 10 s, after which there is 408, and a body has longer", async () => {
    const body = JSON.stringify({ messages: [{ role: "user", content: "good morning" }] });
    const head = [
      "POST /v1/chat/completions HTTP/1.1",
      "Host: localhost",
      `Authorization: ${BEARER.authorization}`,
      "Content-Type: application/json",
      `Content-Length: ${String(body.length)}`,
      "Connection: close",
    ];
    const [incomplete, slow] = await Promise.all([
      sendRaw("GET /ready HTTP/1.1\r\nHost: localhost\r\n"),
      sendRaw(`${head.join("\r\n")}\r\n\r\n${body.slice(0, 5)}`, body.slice(5, -1), body.slice(-1)),
    ]);
    expect(incomplete).to.match(/^HTTP\/1\.1 408 /);
    expect(slow).to.match(/^HTTP\/1\.1 200 /);
  });

  it("HTTP/2 is refused, since the gateway does not offer it", async () => {
    expect(await sendRaw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).to.match(/^HTTP\/1\.1 400 /);
  });

  it("a strange method, a long path and long headers are refused in the form of all errors", async () => {
    const refused = async (path: string, options: HttpsRequest): Promise<[number, string]> => {
      const { status, code } = await get(path, { ...options, headers: { ...BEARER, ...options.headers } });
      return [status, code];
    };
    expect(await refused("/v1/models", { method: "PROPFIND" })).to.deep.equal([405, "method_not_allowed"]);
    expect(await refused(`/${"a".repeat(8192)}`, {})).to.deep.equal([414, "uri_too_long"]);
    expect(await refused("/", { headers: { x: "a".repeat(32_768) } })).to.deep.equal([431, "headers_too_large"]);
    expect(await refused("/v1/models/", {}), "no redirect").to.deep.equal([404, "not_found"]);
  });

  it("the service that uses a language model reaches it, and no other service does", () => {
    const ids = idsOf(stack.name);
    const targets = [`${modelAddress}:${modelPort}`, `host.docker.internal:${modelPort}`] as const;
    expect(reachable(ids["llm"] ?? "", targets)).to.deep.equal(targets);
    expect(reachable(ids["vad"] ?? "", targets)).to.deep.equal([]);
  });

  it("token and key are in no state, stack file, container setting, process or log", () => {
    const gateway = containersOf(stack.name)["gateway"]?.Id ?? "";
    const state = stack.state();
    const shown = {
      state,
      file: readFileSync(join(stack.folder, `Pulumi.${stack.name}.yaml`), "utf8"),
      engine: JSON.stringify([containersOf(stack.name), filesContainersOf(stack.name)]),
      processes: docker("top", gateway, "-eo", "pid,args"),
      log: docker("logs", gateway),
    };
    expect(shown.processes).to.contain("haproxy");
    for (const [place, text] of Object.entries(shown)) {
      expect(text, place).not.to.contain(TOKEN);
      expect(text, place).not.to.contain(keyLine);
    }
    const config = docker("exec", gateway, "sh", "-c", "cat /usr/local/etc/haproxy/*");
    expect(config).to.contain(keyLine).and.not.contain(TOKEN);
    const digest = /-m str ([0-9A-F]{64})$/m.exec(config)?.[1] ?? "no digest";
    expect(state, "the token's digest").not.to.contain(digest);
  });

  it("HAProxy accepts the configuration for every combination of certificate, token and rate", () => {
    const gateway = idsOf(stack.name)["gateway"] ?? "";
    const routes = [{ name: "llm", port: 8001 }];
    for (const certificate of [undefined, "/usr/local/etc/haproxy/tls.pem"]) {
      for (const tokenDigest of [undefined, "0f".repeat(32)]) {
        for (const rateLimit of [0, 1, 1_000_000]) {
          const limits = { certificate, tokenDigest, rateLimit, bodyLimit: 64 * MIB };
          const input = haproxyConfig({ routes, published: "llm", publishedPort: 8080, limits });
          const check = ["exec", "--interactive", gateway, "/bin/sh", "-c", CHECK];
          expect(() => execFileSync("docker", check, { input, stdio: "pipe" }), input).not.to.throw();
        }
      }
    }
  });

  it("the demo uses the token of the configuration, or the token of the environment", () => {
    const environment = { ...stack.environment(), NODE_EXTRA_CA_CERTS: join(stack.folder, "tls/certificate.pem") };
    const demo = (variables: Record<string, string>): string => {
      try {
        const options = { cwd: stack.folder, env: { ...environment, ...variables }, stdio: "pipe" } as const;
        return String(execFileSync(process.execPath, stack.commandLineArguments("demo"), options));
      } catch (error) {
        return String(error);
      }
    };
    expect(demo({}), "the token is right, and llm has no voice turns").to.match(/answered 404/);
    expect(demo({ MORGAN_API_TOKEN: `${TOKEN}-another` })).to.match(/answered 401/);
    expect(demo({ NODE_EXTRA_CA_CERTS: "" })).to.match(/NODE_EXTRA_CA_CERTS\n[^]*cannot be reached: /);
  });

  it("a request that ends its container gets 502, and is not sent to the next one", async () => {
    const { status, code } = await post(Buffer.from(JSON.stringify({ messages: [{ role: "user", content: DEADLY }] })));
    expect([status, code]).to.deep.equal([502, "bad_gateway"]);
    while ((await get("/ready")).status !== 200) await sleep(500);
    expect(deadly).to.equal(1);
  });

  it("a second up changes nothing", async () => {
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });

  it("a misspelt key, a secret in clear text and an address that the host lacks fail the preview together", async () => {
    await stack.configure({ gatwayPort: "8081", llmApiKey: "clear", gatewayAddress: "192.0.2.1" });
    const message = await stack.failure("preview");
    await stack.unset("gatwayPort", "llmApiKey", "gatewayAddress");
    expect(message).to.match(/morgan:gatwayPort\s+expected: .*morgan:gatewayPort/);
    expect(message)
      .to.match(/morgan:llmApiKey\s+expected: +a secret/)
      .and.not.contain('"clear"');
    expect(message).to.match(/morgan:gatewayAddress\s+expected: .*127\.0\.0\.1/);
    expect(message).to.contain("3 problems");
  });

  it("a builder that is not there, or that cannot reach the local registry, fails the preview", async () => {
    const variables = { BUILDX_CONFIG: join(stack.folder, "buildx") };
    const create = ["buildx", "create", "--name", "apart", "--driver", "docker-container"];
    execFileSync("docker", create, { env: { ...stack.environment(), ...variables } });
    await stack.configure({ builder: "nosuch" });
    expect(await stack.failure("preview", variables)).to.match(
      /morgan:builder\s+expected: .*apart.*\s+found: +"nosuch"/,
    );
    await stack.configure({ builder: "apart" });
    expect(await stack.failure("preview", variables)).to.match(
      /morgan:builder\s+expected: .*127\.0\.0\.1.*\s+found: +"apart"/,
    );
    await stack.unset("builder");
  });

  it("a key of another certificate fails the preview", async () => {
    writeFileSync(join(stack.folder, "tls/key.pem"), makeKeyPair().key);
    expect(await stack.failure("preview")).to.match(/morgan:tlsKey\s+expected: +the key of the first certificate/);
    writeFileSync(join(stack.folder, "tls/key.pem"), pair.key);
  });

  it("the rate limit holds for all requests of one address", async () => {
    const answers = await Promise.all(Array.from({ length: 2 * RATE }, () => get("/health")));
    const counts = (status: number): number => answers.filter((answer) => answer.status === status).length;
    expect(counts(200) + counts(429)).to.equal(2 * RATE);
    expect(counts(429)).to.be.greaterThan(0);
    const refused = answers.find(({ status }) => status === 429);
    expect([refused?.code, refused?.headers["retry-after"]]).to.deep.equal(["too_many_requests", "10"]);
    expect(healthOf(stack.name, "gateway")).to.equal("healthy");
  });
});
