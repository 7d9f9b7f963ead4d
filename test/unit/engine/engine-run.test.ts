import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { type Engine } from "../../../components/engine/engine.ts";
import { useFolder } from "../support/project.ts";
import { at } from "../support/wire.ts";
import { useEngineServer } from "../support/engine-server.ts";

/** The requests that came to the engine: "POST /containers/create", with the body. */
interface Asked {
  readonly what: string;
  readonly body: unknown;
}

const GOING = "removal of container new is already in progress";

describe("a program in a container", () => {
  const project = useFolder();
  const asked: Asked[] = [];
  let engine: Engine;
  /** Answers that differ from the usual ones, by request. */
  let unusual: Record<string, number> = {};

  let attached: ServerResponse | undefined;
  const usual: Record<string, (response: ServerResponse) => void> = {
    "POST /containers/create": (response) => response.writeHead(201).end('{"Id":"new"}'),
    "POST /containers/new/attach": (response) => {
      response.writeHead(200).flushHeaders();
      attached = response;
    },
    "POST /containers/new/start": (response) => {
      response.writeHead(204).end();
      attached?.write("from the ");
      attached?.end("container");
    },
    "DELETE /containers/new": (response) => {
      attached?.end();
      response.writeHead(204).end();
    },
    "POST /containers/old/exec": (response) => response.writeHead(201).end('{"Id":"e1"}'),
    "POST /exec/e1/start": (response) => response.writeHead(200).end("from the other"),
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const what = `${request.method ?? ""} ${(request.url ?? "").replace(/\?.*/, "")}`;
    const body = await text(request);
    asked.push({ what, body: body === "" ? undefined : JSON.parse(body) });
    const status = unusual[what];
    if (status === undefined) usual[what]?.(response);
    else response.writeHead(status).end(JSON.stringify({ message: status === 409 ? GOING : "not today" }));
  };
  const served = useEngineServer(project, (request, response) => void answer(request, response));
  before(() => {
    engine = served();
  });

  beforeEach(() => {
    asked.length = 0;
    unusual = {};
  });

  const run = (): Promise<string> => engine.run({ image: "m/core@sha256:0", command: ["look"], labels: { of: "dev" } });
  const order = (): string[] => asked.map(({ what }) => what);

  it("of its own is attached before it starts, returns its output, and is removed", async () => {
    expect(await run()).to.equal("from the container");
    expect(order()).to.deep.equal([
      "POST /containers/create",
      "POST /containers/new/attach",
      "POST /containers/new/start",
      "DELETE /containers/new",
    ]);
  });

  it("of its own has its image alone, as nobody, without rights; the engine removes it by itself too", async () => {
    await run();
    const body = asked[0]?.body;
    expect(body).to.deep.include({
      Image: "m/core@sha256:0",
      Entrypoint: ["look"],
      Labels: { of: "dev" },
      User: "65534:65534",
    });
    expect(at(body, "HostConfig")).to.deep.include({
      AutoRemove: true,
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
    });
  });

  it("is removed if it cannot be started, and the reason is the engine's", async () => {
    unusual = { "POST /containers/new/start": 400 };
    expect(await failure(run()))
      .to.contain("400")
      .and.contain("not today");
    expect(order().at(-1)).to.equal("DELETE /containers/new");
  });

  it("is no error if the engine has removed it already, or is removing it", async () => {
    for (const status of [404, 409]) {
      unusual = { "DELETE /containers/new": status };
      expect(await run()).to.equal("from the container");
    }
    unusual = { "DELETE /containers/new": 500 };
    expect(await failure(run())).to.contain("500");
  });

  it("fails and leaves nothing if the image is missing", async () => {
    unusual = { "POST /containers/create": 404 };
    expect(await failure(run())).to.contain("not today");
    expect(order()).to.deep.equal(["POST /containers/create"]);
  });

  it("can run in a container that exists, as nobody, and leaves the container as it is", async () => {
    expect(await engine.exec("old", ["look"])).to.equal("from the other");
    expect(order()).to.deep.equal(["POST /containers/old/exec", "POST /exec/e1/start"]);
    expect(asked[0]?.body)
      .to.include({ User: "65534:65534", AttachStdout: true })
      .and.deep.include({ Cmd: ["look"] });
    unusual = { "POST /containers/old/exec": 500 };
    expect(await failure(engine.exec("old", ["look"]))).to.contain("not today");
  });
});

async function failure(action: Promise<unknown>): Promise<string> {
  return action.then(
    () => "no error",
    (error: unknown) => String(error),
  );
}
