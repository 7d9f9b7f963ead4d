import { text } from "node:stream/consumers";
import { expect } from "chai";
import { type Engine } from "../../../components/engine/engine.ts";
import { useFolder } from "../support/project.ts";
import { useEngineServer } from "../support/engine-server.ts";

describe("the engine and a registry", () => {
  const project = useFolder();
  let asked: { readonly url: string; readonly body: string; readonly auth: string };
  let answer: { readonly status: number; readonly body: string };

  const served = useEngineServer(project, (request, response) => {
    void text(request).then((body) => {
      const header = String(request.headers["x-registry-auth"] ?? "");
      asked = { url: request.url ?? "", body, auth: Buffer.from(header, "base64url").toString() };
      response.writeHead(answer.status).end(answer.body);
    });
  });
  let engine: Engine;
  before(() => {
    engine = served();
  });

  it("try a login with credentials or without", async () => {
    answer = { status: 200, body: '{"Status":"Login Succeeded"}' };
    expect(await engine.login("r.example.com:5000", { user: "ci", password: "p" })).to.equal(undefined);
    expect(asked.url).to.equal("/auth");
    expect(JSON.parse(asked.body)).to.deep.equal({
      username: "ci",
      password: "p",
      serveraddress: "r.example.com:5000",
    });
    expect(await engine.login("r.example.com:5000", undefined)).to.equal(undefined);
    expect(JSON.parse(asked.body)).to.deep.equal({ serveraddress: "r.example.com:5000" });
  });

  it("report a refusal in the engine's own words", async () => {
    answer = { status: 500, body: '{"message":"Get \\"https://r/v2/\\": x509: unknown authority"}\n' };
    expect(await engine.login("r", undefined)).to.equal('Get "https://r/v2/": x509: unknown authority');
    answer = { status: 502, body: "<html>" };
    expect(await engine.login("r", undefined))
      .to.contain("502")
      .and.contain("<html>");
  });

  it("pull an image with a login, and report why they cannot", async () => {
    answer = { status: 200, body: '{"status":"Pulling"}\n{"status":"Done"}\n' };
    await engine.pull("r.example.com/m/images:core@sha256:0", { user: "ci", password: "p" });
    expect(asked.url).to.equal("/images/create?fromImage=r.example.com%2Fm%2Fimages%3Acore%40sha256%3A0");
    expect(JSON.parse(asked.auth)).to.deep.equal({ username: "ci", password: "p" });
    answer = { status: 200, body: '{"status":"Pulling"}\n{"errorDetail":{"message":"no space"},"error":"no space"}\n' };
    const error: unknown = await engine.pull("r/m:t", undefined).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error).with.property("message", "no space");
  });
});
