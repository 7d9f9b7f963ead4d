import { readFileSync } from "node:fs";
import { expect } from "chai";
import { demo } from "../../../../cli/commands/demo.ts";
import { useHttpServer } from "../../support/http-server.ts";
import { useFolder } from "../../support/project.ts";

/** A request to the stack. */
interface Asked {
  readonly path: string;
  readonly type: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

describe("the demo", () => {
  const project = useFolder();
  const cache = process.env["XDG_CACHE_HOME"];
  const { log } = console;
  const said: string[] = [];
  let status = 200;
  let asked: Asked | undefined;
  before(() => {
    process.env["XDG_CACHE_HOME"] = project.folder;
    project.write("morgan/recordings/goforward.wav", "a recording");
  });
  const address = useHttpServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { authorization } = request.headers;
      asked = { path: request.url ?? "", type: request.headers["content-type"] ?? "", authorization, body };
      const audio = Buffer.from("a spoken reply").toString("base64");
      response.statusCode = status;
      response.end(JSON.stringify({ transcript: "go forward", reply: "going", audio }));
    });
  });
  const endpoint = (): string => `http://${address()}`;
  beforeEach(() => {
    said.length = 0;
    console.log = (text: string) => said.push(text);
  });
  afterEach(() => {
    console.log = log;
  });
  after(() => {
    if (cache === undefined) Reflect.deleteProperty(process.env, "XDG_CACHE_HOME");
    else process.env["XDG_CACHE_HOME"] = cache;
  });

  it("sends the recording to the stack, prints transcript and reply, and keeps the spoken reply", async () => {
    await demo(endpoint());
    expect(asked).to.deep.equal({
      path: "/v1/voice",
      type: "audio/wav",
      authorization: undefined,
      body: "a recording",
    });
    expect(said.join("\n")).to.contain("go forward").and.contain("going").and.contain(".morgan/demo/reply.wav");
    expect(readFileSync(".morgan/demo/reply.wav", "utf8")).to.equal("a spoken reply");
  });

  it("sends the token if it has one", async () => {
    await demo(endpoint(), "token");
    expect(asked?.authorization).to.equal("Bearer token");
  });

  it("reports why a stack cannot be reached", async () => {
    expect(await demo("http://127.0.0.1:1").catch(String)).to.match(/http:\/\/127\.0\.0\.1:1 cannot be reached: .{5,}/);
  });

  it("fails with the stack's own message if the stack does not answer", async () => {
    status = 503;
    expect(await demo(endpoint()).catch(String))
      .to.contain("/v1/voice answered 503")
      .and.contain("go forward");
  });
});
