import { text } from "node:stream/consumers";
import { expect } from "chai";
import { endOfLog } from "../../../components/engine/container-log.ts";
import { type Engine } from "../../../components/engine/engine.ts";
import { container, engineWith } from "../support/containers.ts";
import { useFolder } from "../support/project.ts";
import { useEngineServer } from "../support/engine-server.ts";

const INSPECTED = {
  Id: "c1",
  Name: "/morgan-dev-core-1",
  RestartCount: 2,
  Created: "2026-01-01T11:00:00Z",
  State: {
    Status: "exited",
    StartedAt: "2026-01-01T12:00:00Z",
    ExitCode: 3,
    Health: {
      Status: "unhealthy",
      Log: [{ Output: "older\n" }, { Output: "first line\nwaits for llm\n" }, { Output: "" }],
    },
  },
  Config: { Labels: { "morgan.role": "core" } },
};
const frame = (stream: number, line: string): Buffer =>
  Buffer.concat([Buffer.from([stream, 0, 0, 0, 0, 0, 0, line.length]), Buffer.from(line)]);

/** The answers of the engine, by request; a missing answer is 404. */
const ANSWERS: Readonly<Record<string, readonly [status: number, body?: unknown]>> = {
  "GET /containers/c1/json": [200, INSPECTED],
  "GET /containers/c1/logs?stdout=true&stderr=true&tail=20": [
    200,
    Buffer.concat([frame(1, "out\n"), frame(2, "err\n"), frame(1, "out again\n")]),
  ],
  "GET /containers/c2/logs?stdout=true&stderr=true&tail=20": [501, { message: "no reading of logs" }],
  "POST /containers/c1/start": [304],
  "POST /containers/c1/stop": [204],
  "POST /containers/c2/stop": [500, { message: "not today" }],
  'POST /containers/c1/update {"PidsLimit":512}': [200, { Warnings: null }],
  'GET /networks?filters={"label":["a=b"]}': [200, [{ Id: "n1" }, { Id: "n2" }]],
  'GET /images/json?filters={"reference":["h.example/m:core.*"]}': [
    200,
    [
      { Id: "sha256:1", RepoTags: ["h.example/m:core.dev"], RepoDigests: [`h.example/m@sha256:${"2".repeat(64)}`] },
      { Id: "sha256:3", RepoTags: null, RepoDigests: null },
    ],
  ],
  "GET /images/morgan/registry:0123/json": [200, { Id: "sha256:1" }],
  "DELETE /containers/c1?force=true&v=true": [204],
  "DELETE /containers/going?force=true&v=true": [409, { message: "removal of container going is already in progress" }],
  "DELETE /networks/n1": [204],
  "DELETE /volumes/used": [409, { message: "volume is in use" }],
  "DELETE /images/h.example/m:core.dev": [200, []],
};

describe("the engine's requests", () => {
  const project = useFolder();
  let engine: Engine;
  const asked: string[] = [];
  const served = useEngineServer(project, (request, response) => {
    void text(request).then((body) => {
      const what = `${request.method ?? ""} ${decodeURIComponent(request.url ?? "")} ${body}`.trim();
      asked.push(what);
      const [status, answer = ""] = ANSWERS[what] ?? [404, { message: "no such thing" }];
      const isRaw = answer === "" || Buffer.isBuffer(answer);
      response.writeHead(status).end(isRaw ? answer : JSON.stringify(answer));
    });
  });
  before(() => {
    engine = served();
  });
  beforeEach(() => (asked.length = 0));

  it("inspect a container with its state, its last health check and its labels", async () => {
    expect(await engine.inspect("c1")).to.deep.equal({
      id: "c1",
      name: "morgan-dev-core-1",
      status: "exited",
      health: "unhealthy",
      lastProbe: "waits for llm",
      createdAt: "2026-01-01T11:00:00Z",
      startedAt: "2026-01-01T12:00:00Z",
      exitCode: 3,
      restarts: 2,
      labels: { "morgan.role": "core" },
    });
    expect(await engine.inspect("gone")).to.equal(undefined);
  });

  it("read the last lines of both outputs, in their order", async () => {
    expect(await engine.logs("c1", 20)).to.equal("out\nerr\nout again\n");
    expect(await failure(engine.logs("c2", 20))).to.contain("no reading of logs");
  });

  it("start a container that may run already, stop one, and limit one", async () => {
    await engine.start("c1");
    await engine.stop("c1");
    await engine.limitProcesses("c1", 512);
    expect(await failure(engine.stop("c2"))).to.contain("not today");
  });

  it("list networks by label", async () => {
    expect(await engine.networks({ a: "b" })).to.deep.equal(["n1", "n2"].map((id) => ({ id, labels: {} })));
  });

  it("list images with their digests and names", async () => {
    expect(await engine.images(["h.example/m:core.*"])).to.deep.equal([
      { digests: ["sha256:1", `sha256:${"2".repeat(64)}`], names: ["h.example/m:core.dev"] },
      { digests: ["sha256:3"], names: [] },
    ]);
  });

  it("find an image by its name", async () => {
    expect(await engine.hasImage("morgan/registry:0123")).to.equal(true);
    expect(await engine.hasImage("morgan/registry:4567")).to.equal(false);
  });

  it("remove things, and accept that a thing is gone or going", async () => {
    await engine.remove("container", "c1");
    await engine.remove("container", "going");
    await engine.remove("network", "n1");
    await engine.remove("volume", "gone");
    await engine.remove("image", "h.example/m:core.dev");
    expect(asked).to.have.length(5);
  });

  it("fail to remove what is in use", async () => {
    expect(await failure(engine.remove("volume", "used"))).to.contain("volume is in use");
  });
});

describe("the end of a log", () => {
  const log = (lastProbe: string, logs: () => Promise<string>): Promise<string> =>
    endOfLog(engineWith([container("c1", "core", { lastProbe })], { logs }), "c1");

  it("has the last health check below it", async () => {
    expect(await log("waits for llm", () => Promise.resolve("said\n"))).to.equal(
      "said\nlast health check: waits for llm",
    );
  });

  it("is the log alone without a health check", async () => {
    expect(await log("", () => Promise.resolve("said\n"))).to.equal("said\n");
  });

  it("is the reason if the log cannot be read", async () => {
    expect(await log("", () => Promise.reject(new Error("no reading of logs")))).to.equal("no reading of logs");
  });
});

async function failure(action: Promise<unknown>): Promise<string> {
  return action.then(
    () => "no error",
    (error: unknown) => String(error),
  );
}
