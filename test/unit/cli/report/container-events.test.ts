import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { watchContainers } from "../../../../cli/report/container-events.ts";
import { useFolder } from "../../support/project.ts";

const event = (action: string, attributes: object): string =>
  `${JSON.stringify({ Type: "container", Action: action, Actor: { ID: "c1", Attributes: attributes }, timeNano: 2_500_000_000 })}\n`;

describe("what happens to the containers of a stack", () => {
  const project = useFolder();
  let server: Server;
  let asked = "";
  let answer: ServerResponse | undefined;

  before(async () => {
    server = createServer(({ url = "" }, response) => {
      asked = url;
      answer = response;
      response.writeHead(200).write(event("kill", { "morgan.role": "gateway" }));
    });
    await once(server.listen(join(project.folder, "engine.sock")), "listening");
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it("is told as it happens, until nobody wants to know any more", async () => {
    const watch = watchContainers("dev", `unix://${join(project.folder, "engine.sock")}`);
    while (answer === undefined) await sleep(1);
    answer.write(event("health_status: healthy", { "morgan.role": "gateway" }));
    await sleep(50);
    const at = 2500;
    expect(watch.stop()).to.deep.equal([
      { at, action: "kill", id: "c1", role: "gateway" },
      { at, action: "health_status: healthy", id: "c1", role: "gateway" },
    ]);
    await once(answer, "close");
    const filters = JSON.parse(new URL(asked, "http://engine").searchParams.get("filters") ?? "") as object;
    expect(filters).to.deep.include({ type: ["container"], label: ["morgan.stack=dev"] });
  });

  it("is nothing where there is no engine to ask", async () => {
    const watch = watchContainers("dev", `unix://${join(project.folder, "nothing.sock")}`);
    await sleep(20);
    expect(watch.stop()).to.deep.equal([]);
  });
});
