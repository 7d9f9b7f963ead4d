import { expect } from "chai";
import { roleLabels } from "../../../components/engine/labels.ts";
import type { ListedContainer } from "../../../components/engine/containers.ts";
import type { GpuConfig } from "../../../components/config/gpu.ts";
import { planGpus } from "../../../components/gpu/plan.ts";
import type { GpuSupport } from "../../../components/engine/gpu-support.ts";
import { listing, stackServices, IDENTITY } from "../support/config.ts";
import { fakeHost, type FakeHost } from "../support/host.ts";

const SUPPORT: GpuSupport = { cdiDevices: ["0", "1", "2", "3"], cdiFolders: ["/var/run/cdi"], runtimes: ["runc"] };

interface Machine {
  /** Memory and free memory of each GPU, in MiB. */
  readonly gpus?: readonly (readonly [total: number, free: number])[];
  readonly driver?: string;
  readonly capability?: string;
  readonly mig?: boolean;
  readonly slices?: string;
  readonly support?: Partial<GpuSupport>;
  /** Services with the gpus that they have. */
  readonly running?: Readonly<Record<string, string>>;
  /** True if these services are stopped. */
  readonly stopped?: boolean;
  /** Stack of which they are. */
  readonly stack?: string;
}

/** A machine whose nvidia-smi is made up. */
function machine({
  gpus = [],
  support = {},
  running = {},
  stopped = false,
  stack = "dev",
  ...reading
}: Machine): FakeHost {
  const { driver = "570.26", capability = "8.6", mig = false, slices = "" } = reading;
  const containers = Object.entries(running).map(([role, gpu]): ListedContainer => ({
    id: role,
    image: "sha256:1",
    running: !stopped,
    labels: { ...roleLabels({ ...IDENTITY, stack }, role), "morgan.gpu": gpu },
    published: [],
  }));
  const host = fakeHost({
    gpuSupport: () => Promise.resolve({ ...SUPPORT, ...support }),
    containers: listing(containers),
  });
  const lines = gpus.map(([total, free], index) =>
    [index, `GPU-${String(index)}`, "NVIDIA A10", total, free, driver, capability, mig ? "Enabled" : "[N/A]"].join(
      ", ",
    ),
  );
  if (gpus.length > 0) host.programs.set("nvidia-smi", lines.join("\n"));
  if (slices !== "") host.programs.set("nvidia-smi -L", slices);
  return host;
}

const plan = (host: FakeHost, gpu: Partial<GpuConfig> = {}, others: Partial<Parameters<typeof planGpus>[0]> = {}) =>
  planGpus(
    {
      identity: Promise.resolve(IDENTITY),
      services: stackServices({ accelerator: "cuda" }),
      cudaVersion: "12.4",
      packages: () => ["torch", "ctranslate2", "fastapi"],
      dockerHost: "unix:///var/run/docker.sock",
      gpu: { use: "required", mode: "cdi", devices: [], memoryMiB: {}, ...gpu },
      ...others,
    },
    host,
  );

/** Where services go: "stt: 0 create-first"; or what is wrong, by key. */
async function outcome(...given: Parameters<typeof plan>): Promise<string[]> {
  const { plan: made, problems } = await plan(...given);
  if (problems.length > 0) return problems.map(({ key }) => key);
  return [...made.placements].map(([service, { device, rollout }]) => `${service}: ${device} ${rollout}`);
}

describe("the GPU plan", () => {
  it("places the GPU services on one, two and four GPUs", async () => {
    expect(await outcome(machine({ gpus: [[24_576, 24_000]] }))).to.deep.equal([
      "tts: 0 create-first",
      "stt: 0 create-first",
    ]);
    const small = [8192, 8192] as const;
    expect(await outcome(machine({ gpus: [small, small] }))).to.deep.equal([
      "tts: 1 create-first",
      "stt: 0 create-first",
    ]);
    expect(await outcome(machine({ gpus: [small, small, [24_576, 24_576], small] }))).to.deep.equal([
      "tts: 2 create-first",
      "stt: 2 create-first",
    ]);
  });

  it("keeps services on their GPUs, and names those that are replaced stop-first", async () => {
    const host = machine({ gpus: [[8192, 1000]], running: { tts: "0", stt: "0" } });
    expect(await outcome(host)).to.deep.equal(["tts: 0 stop-first", "stt: 0 stop-first"]);
    const { plan: made } = await plan(host);
    expect(made.report).to.contain("stt: stop-first").and.contain("tts 2048, stt 5120");
  });

  it("counts no memory of a stopped container, which another program may have taken", async () => {
    const running = { tts: "0", stt: "0" };
    expect(await outcome(machine({ gpus: [[24_576, 3000]], running }))).to.have.length(2);
    expect(await outcome(machine({ gpus: [[24_576, 3000]], running, stopped: true }))).to.deep.equal(["GPU memory"]);
    expect(await outcome(machine({ gpus: [[24_576, 24_000]], running, stopped: true }))).to.deep.equal([
      "tts: 0 create-first",
      "stt: 0 create-first",
    ]);
  });

  it("finds a GPU by its index and by its UUID", async () => {
    const large = [24_576, 24_000] as const;
    const host = machine({ gpus: [large, large], running: { tts: "GPU-1", stt: "1" } });
    expect(await outcome(host)).to.deep.equal(["tts: 1 create-first", "stt: 1 create-first"]);
  });

  it("counts the memory of another stack's services, and nothing else of them", async () => {
    const running = { tts: "GPU-0", stt: "GPU-0" };
    const gpus = [[8192, 1000]] as const;
    expect(await outcome(machine({ gpus, running, stack: "prod" }))).to.deep.equal(["GPU memory"]);
  });

  it("refuses services that do not fit, with a table of GPUs, services and free memory", async () => {
    const { problems } = await plan(machine({ gpus: [[6144, 6144]] }));
    expect(problems.map(({ key }) => key)).to.deep.equal(["GPU memory"]);
    expect(problems[0]?.expected).to.contain("tts (2048 MiB)");
    expect(problems[0]?.found)
      .to.match(/GPU +MiB +others +services +free/)
      .and.match(/0 \(NVIDIA A10\) +6144 +0 +stt 5120 +1024/);
  });

  it("gives slices of a GPU that is divided", async () => {
    const slices = [
      "GPU 0: NVIDIA A100 (UUID: GPU-0)",
      "  MIG 3g.20gb     Device  0: (UUID: MIG-a)",
      "  MIG 3g.20gb     Device  1: (UUID: MIG-b)",
    ].join("\n");
    const host = machine({ gpus: [[40_960, 40_000]], mig: true, slices, support: { cdiDevices: ["0:0", "0:1"] } });
    expect(await outcome(host)).to.deep.equal(["tts: 0:1 create-first", "stt: 0:0 create-first"]);
  });

  it("moves a service whose GPU is gone, and refuses a configured GPU that is gone", async () => {
    const host = machine({ gpus: [[24_576, 24_000]], running: { stt: "1" } });
    expect(await outcome(host)).to.deep.equal(["tts: 0 create-first", "stt: 0 stop-first"]);
    expect(await outcome(host, { devices: ["1"] })).to.deep.equal(["morgan:gpuDevices"]);
  });

  it("runs no discovery if no service uses a GPU, or GPUs are switched off", async () => {
    const silent = fakeHost({ gpuSupport: () => Promise.reject(new Error("asked")) });
    expect(
      await outcome(silent, {}, { services: stackServices({ services: ["core", "vad"], accelerator: "cuda" }) }),
    ).to.deep.equal([]);
    expect(await outcome(silent, { use: "off" }, { services: stackServices() })).to.deep.equal([]);
    expect(await outcome(silent, { use: "preferred", mode: "none" })).to.deep.equal([]);
    const { plan: made } = await plan(silent, { use: "off" });
    expect(made.report).to.equal("gpu is off: tts, stt compute on the CPU");
  });

  it("reports all problems of a required GPU at once", async () => {
    const bare = machine({ support: { cdiDevices: [] } });
    expect(await outcome(bare)).to.deep.equal(["morgan:gpuMode", "nvidia-smi"]);
    const old = machine({ gpus: [[24_576, 24_000]], driver: "470.82.01" });
    expect(await outcome(old)).to.deep.equal(["morgan:cudaVersion"]);
  });

  it("uses the CPU if a preferred GPU is missing, and logs the reason", async () => {
    const { plan: made, problems } = await plan(machine({ support: { cdiDevices: [] } }), { use: "preferred" });
    expect(problems).to.deep.equal([]);
    expect([...made.placements]).to.deep.equal([]);
    expect(made.report).to.contain("tts, stt compute on the CPU").and.contain("no such device in /var/run/cdi");
  });

  it("uses a preferred GPU that exists, and refuses a configured GPU that does not", async () => {
    const host = machine({ gpus: [[24_576, 24_000]] });
    expect(await outcome(host, { use: "preferred" })).to.have.length(2);
    expect(await outcome(host, { use: "preferred", devices: ["7"] })).to.deep.equal(["morgan:gpuDevices"]);
  });

  it("checks the driver and only the GPUs that are used", async () => {
    const host = machine({ gpus: [[24_576, 24_000]] });
    const line = "1, GPU-1, Tesla M60, 8192, 8192, 570.26, 3.5, [N/A]";
    host.programs.set("nvidia-smi", `${host.programs.get("nvidia-smi") ?? ""}\n${line}`);
    expect(await outcome(host)).to.deep.equal(["morgan:cudaVersion"]);
    expect(await outcome(host, { devices: ["0"] })).to.have.length(2);
  });

  it("takes the GPUs of another machine from the configuration", async () => {
    const host = machine({ gpus: [[1024, 0]] });
    const remote = { dockerHost: "tcp://gpu:2375" };
    expect(await outcome(host, {}, remote)).to.deep.equal(["nvidia-smi"]);
    expect(await outcome(host, { devices: ["0"] }, remote)).to.deep.equal(["morgan:gpuCards.0"]);
    expect(await outcome(host, { memoryMiB: { "0": 24_576 } }, remote)).to.deep.equal([
      "tts: 0 create-first",
      "stt: 0 create-first",
    ]);
  });
});
