import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { request, visitAll } from "../../bench/abuse/connections.ts";
import { OrdinaryClient } from "../../bench/abuse/ordinary-client.ts";
import { brokenPromises, describeAbuse, type AttackResult } from "../../bench/abuse/result.ts";

const HARMLESS: AttackResult = {
  attack: "10 bodies",
  answers: { "503": 8, none: 2 },
  turns: { count: 5, slowest: 1999, refusals: ["503"] },
  restarted: [],
};

describe("the result of an attack", () => {
  it("is a row of a table", () => {
    const rows = describeAbuse([HARMLESS, { ...HARMLESS, restarted: ["core", "vad"] }]).split("\n");
    expect(rows.slice(2)).to.deep.equal([
      "| 10 bodies | 8 × 503, 2 × held open | 2.00 s | 5, 1 refused | none |",
      "| 10 bodies | 8 × 503, 2 × held open | 2.00 s | 5, 1 refused | core, vad |",
    ]);
  });

  it("breaks no promise if turns are quick, no container ended and every request was answered", () => {
    expect(brokenPromises([HARMLESS])).to.deep.equal([]);
  });

  const broken: readonly [Partial<AttackResult>, RegExp][] = [
    [{ restarted: ["core"] }, /the container of core ended/],
    [{ turns: { count: 5, slowest: 2000, refusals: [] } }, /an ordinary turn took 2\.00 s/],
    [{ turns: { count: 0, slowest: 0, refusals: [] } }, /took no turn/],
    [{ answers: { "200": 1, closed: 3 } }, /3 connections got no answer/],
  ];
  for (const [change, message] of broken) {
    it(`breaks a promise with ${JSON.stringify(change)}`, () => {
      expect(brokenPromises([{ ...HARMLESS, ...change }])).to.have.length(1);
      expect(brokenPromises([{ ...HARMLESS, ...change }])[0]).to.match(message);
    });
  }
});

describe("the clients of the benchmark of attacks", () => {
  let server: Server;
  let endpoint: string;
  let refusals: number;

  beforeEach(async () => {
    refusals = 1;
    server = createServer((incoming, response) => {
      incoming.resume();
      if (incoming.url === "/drop") incoming.socket.destroy();
      else if (incoming.url === "/v1/chat" && refusals-- > 0) response.writeHead(503, { "retry-after": "0" }).end();
      else response.end(Buffer.alloc(1000));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("count answers, connections that end without one, and connections that stay open", async () => {
    const visits = [
      { sent: request("/") },
      { sent: request("/", { body: "x" }), pace: 1_000_000 },
      { sent: request("/drop") },
    ];
    expect(await visitAll(new URL(endpoint), visits, 60_000)).to.deep.equal({ "200": 2, closed: 1 });
    expect(await visitAll(new URL(endpoint), [{ sent: "G" }], 50)).to.deep.equal({ none: 1 });
  });

  it("declare a body that is longer than what they send", () => {
    const text = String(request("/v1/voice", { body: "abc", type: "audio/wav", declared: 8 }));
    expect(text).to.match(
      /^POST \/v1\/voice HTTP\/1\.1\r\n[^]*\r\nContent-Type: audio\/wav\r\nContent-Length: 8\r\n\r\nabc$/,
    );
  });

  it("repeat a turn that was refused, and record the refusal", async () => {
    const client = new OrdinaryClient(endpoint);
    while (refusals > -2) await once(server, "request");
    const { count, refusals: refused } = await client.stop();
    expect(count).to.be.at.least(2);
    expect(refused).to.deep.equal(["503"]);
  });
});
