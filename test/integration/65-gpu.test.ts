import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { watchContainers } from "../../cli/report/container-events.ts";
import { connectEngine } from "../../components/engine/engine.ts";
import { askInTurn } from "./support/ask-in-turn.ts";
import { containersOf, docker, idsOf } from "./support/engine.ts";
import { MadeUpCards } from "./support/made-up-cards.ts";
import { TestStack } from "./support/test-stack.ts";

/** Services whose variants compute on the CPU, and are planned for and deployed as if they used a GPU. */
const STAND_INS = `import { catalog as shipped } from "./shipped-catalog.ts";

const standIn = ({ cpu, cuda }) => ({ cpu, cuda: { ...cpu, vramMiB: cuda.vramMiB } });
export const catalog = {
  ...shipped,
  tts: { ...shipped.tts, variants: standIn(shipped.tts.variants) },
  stt: { ...shipped.stt, variants: standIn(shipped.stt.variants) },
};
`;

describe("services on cards (made up: a CDI specification that leads to /dev/null, and a fake nvidia-smi)", () => {
  const cards = new MadeUpCards();
  let stack: TestStack;

  before(async () => {
    cards.have({ 0: 8192, 1: 8192 });
    stack = await TestStack.create(
      { accelerator: "cuda", services: ["tts", "stt", "vad"] },
      { variables: cards.variables },
    );
    const folder = join(stack.folder, "services");
    renameSync(join(folder, "catalog.ts"), join(folder, "shipped-catalog.ts"));
    writeFileSync(join(folder, "catalog.ts"), STAND_INS);
  });
  after(async () => {
    cards.remove();
    await stack.dispose();
  });

  /** The card devices that a service's container sees. */
  const seen = (service: string): string[] =>
    docker("exec", idsOf(stack.name)[service] ?? "", "sh", "-c", "ls -d /dev/made-up-* 2>/dev/null || true")
      .split("\n")
      .filter((line) => line !== "");

  it("get exactly their card each, and the others none", async () => {
    await stack.up();
    expect(seen("tts")).to.deep.equal([cards.node(1)]);
    expect(seen("stt")).to.deep.equal([cards.node(0)]);
    for (const other of ["vad", "gateway"]) expect(seen(other), other).to.deep.equal([]);
    const requests = Object.entries(containersOf(stack.name)).flatMap(([role, { HostConfig }]) =>
      (HostConfig.DeviceRequests ?? []).map(({ Driver, DeviceIDs }) => [role, Driver, ...(DeviceIDs ?? [])].join(" ")),
    );
    expect(requests).to.have.members([
      `tts cdi nvidia.com/gpu=${cards.uuid(1)}`,
      `stt cdi nvidia.com/gpu=${cards.uuid(0)}`,
    ]);
  });

  it("are told in the outputs with their cards", async () => {
    const { services } = await stack.outputs();
    expect(Object.fromEntries(Object.entries(services).map(([name, { device }]) => [name, device]))).to.deep.equal({
      tts: cards.uuid(1),
      stt: cards.uuid(0),
      vad: "cpu",
    });
  });

  it("stay as they are where nothing changed", async () => {
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });

  it("are replaced stop-first, as the preview says, where old and new do not fit on the card together", async () => {
    appendFileSync(join(stack.folder, "services/stt/morgan_stt/__main__.py"), "# one more line\n");
    const { output } = await stack.commandLine("preview");
    expect(output)
      .to.match(/card +MiB +others +services +free/)
      .and.contain(`${cards.uuid(0)} (Made-up)`);
    expect(output).to.contain("stt: stop-first").and.not.contain("tts: stop-first");
    const { stt: old = "" } = idsOf(stack.name);
    const since = String(Math.floor(Date.now() / 1000));
    await stack.up();
    const { stt: replaced = "" } = idsOf(stack.name);
    expect(replaced).to.not.equal(old);
    const until = String(Math.ceil(Date.now() / 1000));
    const format = ["--format", "{{.Action}} {{.ID}}", "--filter", "event=destroy", "--filter", "event=start"];
    const events = docker("events", "--since", since, "--until", until, ...format).split("\n");
    expect(events.indexOf(`destroy ${old}`))
      .to.be.at.least(0)
      .and.below(events.indexOf(`start ${replaced}`));
    expect(seen("stt")).to.deep.equal([cards.node(0)]);
  });

  it("finish what they have before they go, where they are replaced stop-first, and the up says how long the gap was", async () => {
    const { stt: old = "", vad = "" } = idsOf(stack.name);
    appendFileSync(join(stack.folder, "services/stt/morgan_stt/__main__.py"), "# and one more\n");
    const watch = watchContainers(connectEngine(process.env["DOCKER_HOST"] ?? ""), stack.name);
    const asked = askInTurn(vad, "http://gateway:8003/v1/transcribe");
    let result: Awaited<ReturnType<TestStack["commandLine"]>>;
    let answers: Awaited<ReturnType<typeof asked.stop>>;
    try {
      result = await stack.commandLine("up");
    } finally {
      answers = await asked.stop();
    }
    expect(result.code, result.output).to.equal(0);
    expect(result.output).to.match(/^stt: no container served for \d+\.\d s \(replaced stop-first\)$/m);
    const told = watch.stop().find(({ id, action }) => id === old && action === "kill")?.at ?? 0;
    const inFlight = answers.filter(({ from, to }) => from < told && told < to);
    // One that stt had not begun to read, because it was at work on the other, is refused like all that come later.
    expect(inFlight.map(({ status }) => status)).to.include(200);
    // In the gap the gateway says so itself; no connection breaks.
    for (const { status, body } of answers) {
      if (status !== 200)
        expect(`${String(status)} ${body}`)
          .to.include("503")
          .and.include("no healthy container");
    }
  });

  it("are refused before anything changes where the cards do not hold them all", async () => {
    const ids = idsOf(stack.name);
    cards.have({ 0: 6144 });
    for (const operation of ["preview", "up"] as const) {
      const message = await stack.failure(operation);
      expect(message).to.contain("GPU memory").and.contain("a card with room for tts (2048 MiB)");
    }
    expect(idsOf(stack.name)).to.deep.equal(ids);
  });

  it("move to a card that is left where theirs has vanished, but not where it was asked for by name", async () => {
    cards.have({ 0: 24_576 });
    await stack.configure({ gpuDevices: [cards.uuid(0), cards.uuid(1)] });
    const message = await stack.failure("preview");
    expect(message)
      .to.contain("morgan:gpuDevices")
      .and.contain(`"${cards.uuid(1)}"`)
      .and.contain(cards.uuid(0));
    await stack.unset("gpuDevices");
    await stack.up();
    expect(seen("tts")).to.deep.equal([cards.node(0)]);
  });

  it("are refused where none of the cards can be had, or compute on the processor where that is allowed", async () => {
    cards.have({});
    const message = await stack.failure("preview");
    expect(message).to.contain("morgan:gpuMode").and.contain("nvidia-ctk cdi generate");
    await stack.configure({ gpu: "preferred" });
    await stack.up();
    expect(seen("stt")).to.deep.equal([]);
    expect((await stack.outputs()).services["stt"]?.device).to.equal("cpu");
  });
});
