import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { EngineEvent } from "../../../components/engine/events.ts";
import { useFolder } from "../support/project.ts";
import { engineAt } from "../support/config.ts";
import { useEngineServer } from "../support/engine-server.ts";

const event = (action: string, attributes: object): string =>
  `${JSON.stringify({ Type: "container", Action: action, Actor: { ID: "c1", Attributes: attributes }, timeNano: 2_500_000_000 })}\n`;
const FILTER = { labels: { a: "b" }, actions: ["kill", "health_status"] };

describe("events of containers", () => {
  const project = useFolder();
  let asked = "";
  let answer: ServerResponse | undefined;

  const served = useEngineServer(project, ({ url = "" }, response) => {
    asked = url;
    answer = response;
    response.writeHead(200).write(event("kill", { role: "gateway" }));
  });

  it("are noted as they happen, until the watch ends", async () => {
    const events: EngineEvent[] = [];
    const stop = served().watchContainers(FILTER, (one) => events.push(one));
    while (answer === undefined) await sleep(1);
    answer.write(event("health_status: healthy", { role: "gateway" }));
    await sleep(50);
    stop();
    const [at, labels] = [2500, { role: "gateway" }];
    expect(events).to.deep.equal([
      { at, action: "kill", id: "c1", labels },
      { at, action: "health_status: healthy", id: "c1", labels },
    ]);
    await once(answer, "close");
    const filters: unknown = JSON.parse(new URL(asked, "http://engine").searchParams.get("filters") ?? "");
    expect(filters).to.deep.equal({ type: ["container"], event: FILTER.actions, label: ["a=b"] });
  });

  it("are none if there is no engine", async () => {
    const events: EngineEvent[] = [];
    const engine = engineAt(`unix://${join(project.folder, "nothing.sock")}`);
    const stop = engine.watchContainers(FILTER, (one) => events.push(one));
    await sleep(20);
    stop();
    expect(events).to.deep.equal([]);
  });
});
