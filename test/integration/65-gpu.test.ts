import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { watchContainers } from "../../components/engine/gaps.ts";
import { connectEngine } from "../../components/engine/engine.ts";
import { containersOf, docker, idsOf, lines } from "./support/engine.ts";
import { loadInside } from "./support/load-inside.ts";
import { SimulatedGpus } from "./support/simulated-gpus.ts";
import { TestStack } from "./support/test-stack.ts";
import { engineAddress } from "../../toolchain/lib/engine-address.mjs";

/** A catalog whose GPU variants compute on the CPU. They are planned and deployed as if they used a GPU. */
const STAND_INS = `import { catalog as shipped } from "./shipped-catalog.ts";

const standIn = ({ cpu, cuda }) => ({ cpu, cuda: { ...cpu, vramMiB: cuda.vramMiB } });
export const catalog = {
  ...shipped,
  tts: { ...shipped.tts, variants: standIn(shipped.tts.variants) },
  stt: { ...shipped.stt, variants: standIn(shipped.stt.variants) },
};
`;

describe("services on simulated GPUs", () => {
  const gpus = new SimulatedGpus();
  let stack: TestStack;

  before(async () => {
    gpus.set({ 0: 8192, 1: 8192 });
    stack = await TestStack.create(
      { accelerator: "cuda", services: ["tts", "stt", "vad"] },
      { variables: gpus.variables },
    );
    const folder = join(stack.folder, "services");
    renameSync(join(folder, "catalog.ts"), join(folder, "shipped-catalog.ts"));
    writeFileSync(join(folder, "catalog.ts"), STAND_INS);
  });
  after(async () => {
    gpus.remove();
    await stack.dispose();
  });

  /** Returns the GPU devices in a service's container. */
  const devicesOf = (service: string): string[] =>
    lines(docker("exec", idsOf(stack.name)[service] ?? "", "sh", "-c", "ls -d /dev/simulated-gpu-* || true"));

  it("each service gets exactly its GPU, and other containers get none", async () => {
    await stack.up();
    expect(devicesOf("tts")).to.deep.equal([gpus.node(1)]);
    expect(devicesOf("stt")).to.deep.equal([gpus.node(0)]);
    for (const other of ["vad", "gateway"]) expect(devicesOf(other), other).to.deep.equal([]);
    const requests = Object.entries(containersOf(stack.name)).flatMap(([role, { HostConfig }]) =>
      (HostConfig.DeviceRequests ?? []).map(({ Driver, DeviceIDs }) => [role, Driver, ...(DeviceIDs ?? [])].join(" ")),
    );
    expect(requests).to.have.members([
      `tts cdi nvidia.com/gpu=${gpus.uuid(1)}`,
      `stt cdi nvidia.com/gpu=${gpus.uuid(0)}`,
    ]);
  });

  it("the outputs name the GPU of each service", async () => {
    const { services } = await stack.outputs();
    expect(Object.fromEntries(Object.entries(services).map(([name, { device }]) => [name, device]))).to.deep.equal({
      tts: gpus.uuid(1),
      stt: gpus.uuid(0),
      vad: "cpu",
    });
  });

  it("a second up changes nothing", async () => {
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });

  it("a service is replaced stop-first, as previewed, if old and new do not fit on the GPU together", async () => {
    appendFileSync(join(stack.folder, "services/stt/morgan_stt/__main__.py"), "# one more line\n");
    const { output } = await stack.commandLine("preview");
    expect(output)
      .to.match(/GPU +MiB +others +services +free/)
      .and.contain(`${gpus.uuid(0)} (Simulated)`);
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
    expect(devicesOf("stt")).to.deep.equal([gpus.node(0)]);
  });

  it("a service that is replaced stop-first finishes its requests, and the up prints the downtime", async () => {
    const { stt: old = "", vad = "" } = idsOf(stack.name);
    appendFileSync(join(stack.folder, "services/stt/morgan_stt/__main__.py"), "# and one more\n");
    const watch = watchContainers(connectEngine(engineAddress(process.env)), stack.name);
    const load = loadInside(vad, "http://gateway:8003/v1/transcribe");
    let result: Awaited<ReturnType<TestStack["commandLine"]>>;
    let answers: Awaited<ReturnType<typeof load.stop>>;
    try {
      result = await stack.commandLine("up");
    } finally {
      answers = await load.stop();
    }
    expect(result.code, result.output).to.equal(0);
    expect(result.output).to.match(/^stt: no container served for \d+\.\d s \(replaced stop-first\)$/m);
    const signalled =
      watch.stop(await stack.identity()).find(({ id, action }) => id === old && action === "kill")?.at ?? 0;
    const inFlight = answers.filter(({ from, to }) => from < signalled && signalled < to);
    // stt drops a request that it had not begun to read, and refuses all later requests.
    expect(inFlight.map(({ status }) => status)).to.include(200);
    // During the downtime the gateway answers itself, or the new container that still loads: HAProxy 2.6 takes a new
    // server for healthy until its first check fails. The gateway does not send a dropped request again, because it
    // knows of no other container. No connection breaks.
    for (const { status, body } of answers) {
      if (status !== 200)
        expect(`${String(status)} ${body}`)
          .to.match(/^50[23] /)
          .and.match(/no healthy container|the engine is not ready: loading|the service gave no valid answer/);
    }
  });

  it("services without room on the GPUs fail the preview and the up before anything changes", async () => {
    const ids = idsOf(stack.name);
    gpus.set({ 0: 6144 });
    for (const operation of ["preview", "up"] as const) {
      const message = await stack.failure(operation);
      expect(message).to.contain("GPU memory").and.contain("a GPU with room for tts (2048 MiB)");
    }
    expect(idsOf(stack.name)).to.deep.equal(ids);
  });

  it("a service moves to another GPU if its GPU is gone, unless gpuDevices names the GPU", async () => {
    gpus.set({ 0: 24_576 });
    await stack.configure({ gpuDevices: [gpus.uuid(0), gpus.uuid(1)] });
    const message = await stack.failure("preview");
    expect(message)
      .to.contain("morgan:gpuDevices")
      .and.contain(`"${gpus.uuid(1)}"`)
      .and.contain(gpus.uuid(0));
    await stack.unset("gpuDevices");
    await stack.up();
    expect(devicesOf("tts")).to.deep.equal([gpus.node(0)]);
  });

  it("services without any GPU fail the preview, or compute on the CPU with gpu: preferred", async () => {
    gpus.set({});
    const message = await stack.failure("preview");
    expect(message).to.contain("morgan:gpuMode").and.contain("nvidia-ctk cdi generate");
    await stack.configure({ gpu: "preferred" });
    await stack.up();
    expect(devicesOf("stt")).to.deep.equal([]);
    expect((await stack.outputs()).services["stt"]?.device).to.equal("cpu");
  });
});
