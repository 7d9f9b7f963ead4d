import { expect } from "chai";
import type { ListedContainer, PublishedPort } from "../../../components/engine/containers.ts";
import type { Engine } from "../../../components/engine/engine.ts";
import { roleLabels } from "../../../components/engine/labels.ts";
import { MorganError, type Problem } from "../../../components/lib/errors.ts";
import { lockNames } from "../../../components/preflight/build.ts";
import type { KnownState } from "../../../components/preflight/known-state.ts";
import { preflight } from "../../../components/preflight/preflight.ts";
import { FACTS, IDENTITY, listing, stackConfig, type ConfigChanges, stackServices } from "../support/config.ts";
import { fakeHost, type FakeHost } from "../support/host.ts";
import { useLogs } from "../support/logs.ts";
import { madeUpRelease } from "../support/releases.ts";

/** Returns the problems that the preflight finds. */
async function problems(
  host: FakeHost,
  changes: ConfigChanges = {},
  given: readonly Problem[] = [],
): Promise<readonly Problem[]> {
  try {
    await preflight(stackConfig(changes), given, host, stateOf(host, changes.stack));
    return [];
  } catch (error) {
    if (error instanceof MorganError) return error.problems;
    throw error;
  }
}

/** The state of the stack dev on a machine. */
const stateOf = (host: FakeHost, stack = "dev"): KnownState => ({
  outputs: host.outputs(`organization/morgan/${stack}`),
  identity: Promise.resolve({ ...IDENTITY, stack }),
  isPreview: false,
});

const publishing = (published: readonly PublishedPort[], stack?: string, role = "gateway"): ListedContainer => {
  const labels: Record<string, string> = stack === undefined ? {} : roleLabels({ ...IDENTITY, stack }, role);
  return { id: role, image: "sha256:0", running: true, labels, published };
};

const container = (ports: readonly number[], stack?: string, role?: string): Partial<Engine> => ({
  containers: listing([
    publishing(
      ports.map((port) => ({ address: "127.0.0.1", port })),
      stack,
      role,
    ),
  ]),
});

describe("the preflight", () => {
  const logs = useLogs();

  it("refuses to leave the stack's own registry while its images are protected", async () => {
    const registry = { kind: "remote", host: "harbor.example.com", project: "voice" } as const;
    const own = container([], "dev", "registry");
    const changes = { images: { registry }, data: { protect: true } };
    const [problem, ...others] = await problems(fakeHost(own), changes);
    expect(others).to.deep.equal([]);
    expect(problem).to.include({ key: "morgan:registry", found: "harbor.example.com/voice" });
    expect(problem?.fix).to.match(/registry local.*protectData false.*\.\/morgan up --stack dev.*then set/);
    expect(logs.warn).to.deep.equal([]);
    expect(await problems(fakeHost(own), { images: { registry } }), "unprotected").to.deep.equal([]);
    expect(logs.warn.splice(0).join()).to.match(/removes the stack's own registry.*if the last up still had/);
    expect(await problems(fakeHost(own), { data: { protect: true } }), "still local").to.deep.equal([]);
    expect(await problems(fakeHost(container([], "dev", "llm")), changes), "has none").to.deep.equal([]);
    expect(await problems(fakeHost(container([], "prod", "registry")), changes), "another's").to.deep.equal([]);
    expect(logs.warn).to.deep.equal([]);
  });

  it("refuses the own registry of another stack, which takes writes of its own builds alone", async () => {
    const push = { images: { registry: { kind: "remote", host: "127.0.0.1:5102", project: "voice" } } } as const;
    const [problem, ...others] = await problems(fakeHost(container([5102], "prod", "registry")), push);
    expect(others).to.deep.equal([]);
    expect(problem).to.include({
      key: "morgan:registry",
      found: '127.0.0.1:5102, the own registry of the stack "prod"',
    });
    expect(await problems(fakeHost(container([5102], "x", "other")), push), "no stack's registry").to.deep.equal([]);
    expect(await problems(fakeHost(), push), "no container").to.deep.equal([]);
  });

  it("warns if another port replaces the gateway, and only then", async () => {
    await problems(fakeHost(container([8080], "dev")));
    await problems(fakeHost(container([9999], "prod")));
    expect(logs.warn).to.deep.equal([]);
    await problems(fakeHost(container([9999], "dev")));
    expect(logs.warn.join()).to.match(/moves from 127\.0\.0\.1:9999 to 127\.0\.0\.1:8080: the gateway is replaced/);
    await problems(fakeHost(container([8080], "dev")), { gateway: { address: "127.0.0.2" } });
    expect(logs.warn.join()).to.match(/moves from 127\.0\.0\.1:8080 to 127\.0\.0\.2:8080/);
  });

  it("accepts a machine that has everything", async () => {
    expect(await problems(fakeHost())).to.deep.equal([]);
    expect(await problems(fakeHost(), { accelerator: "cuda" })).to.deep.equal([]);
  });

  it("returns the sizes from the stack's own outputs", async () => {
    const host = fakeHost();
    const core = { ref: `registry/images:core.dev@sha256:${"0".repeat(64)}`, size: { compressed: 1, unpacked: 2 } };
    host.stacks.set("organization/morgan/dev", { images: { core } });
    const { sizes } = await preflight(stackConfig(), [], host, stateOf(host));
    expect([...sizes]).to.deep.equal([[core.ref, core.size]]);
  });

  it("reports the problems of the configuration", async () => {
    const problem = { key: "morgan:gatewayPort", expected: "a port", found: "nothing", fix: "set it" };
    expect(await problems(fakeHost(), {}, [problem])).to.deep.equal([problem]);
  });

  it("names a missing folder of code", async () => {
    const host = fakeHost();
    host.folders.delete("services/tts/morgan_tts");
    const [found, ...others] = await problems(host);
    expect(found).to.include({ key: "services/tts/morgan_tts", found: "no such folder" });
    expect(found?.fix).to.contain("morgan:services");
    expect(others).to.deep.equal([]);
    expect(await problems(host, { services: ["vad"] }), "not chosen, not missed").to.deep.equal([]);
  });

  it("names everything in a folder of code that cannot be in its image", async () => {
    const host = fakeHost();
    const found = "it is a link that leaves the folder: ../../x";
    host.sources = (folder) => ({ entries: [], unusable: folder.includes("llm") ? [{ path: "a\nb.py", found }] : [] });
    const all = await problems(host, { services: ["llm"] });
    expect(all.map((problem) => [problem.key, problem.found])).to.deep.equal([
      ["services/shared/morgan_shared", "no file of code in it"],
      ["services/llm/morgan_llm/a\\nb.py", found],
    ]);
    host.sources = () => ({ elsewhere: "/srv/code" });
    expect((await problems(host, { services: ["llm"] }))[1]).to.include({
      key: "services/llm/morgan_llm",
      found: "a link to /srv/code",
    });
  });

  it("names the missing code that services share", async () => {
    const host = fakeHost();
    host.folders.delete("services/shared/morgan_shared");
    expect((await problems(host)).map(({ key }) => key)).to.deep.equal(["services/shared/morgan_shared"]);
  });

  it("names a lock that is older than its requirements, and how to make the lock again", async () => {
    const host = fakeHost();
    host.files.set("requirements/vad.in", "-r base.in\nnumpy==3\n");
    const [found, ...others] = await problems(host);
    expect(found).to.include({ key: "requirements/vad.txt", fix: "npm run lock, and commit the result" });
    expect(found?.found).to.contain("not made from the present inputs");
    expect(others).to.deep.equal([]);
  });

  it("names a requirement that cannot be locked, once, however many services include it", async () => {
    const host = fakeHost();
    host.files.set("requirements/base.in", "fastapi==1\n--extra-index-url https://example.org/whl\n");
    const [found, ...others] = await problems(host);
    expect(found).to.include({ key: "requirements/base.in", found: '"--extra-index-url https://example.org/whl"' });
    expect(found?.fix).to.contain("morgan:pypiExtraIndex");
    expect(others).to.deep.equal([]);
  });

  it("names a missing lock, and a line of a lock without a hash", async () => {
    const host = fakeHost();
    host.files.delete("requirements/llm.txt");
    host.files.set("requirements/core.txt", `${host.files.get("requirements/core.txt") ?? ""}left-pad==1\n`);
    const found = await problems(host);
    expect(found.map(({ key }) => key)).to.have.members(["requirements/core.txt", "requirements/llm.txt"]);
    expect(found.find(({ key }) => key === "requirements/core.txt")?.found).to.contain("left-pad==1");
  });

  it("checks only the locks of the chosen accelerator", async () => {
    const host = fakeHost();
    host.files.delete("requirements/cuda-12.4.txt");
    host.files.delete("requirements/tts-12.4.txt");
    expect(await problems(host)).to.deep.equal([]);
    expect((await problems(host, { accelerator: "cuda" })).map(({ key }) => key)).to.include.members([
      "requirements/cuda-12.4.txt",
      "requirements/tts-12.4.txt",
    ]);
    expect(await problems(host, { accelerator: "cuda", cudaVersion: "12.8" })).to.deep.equal([]);
  });

  it("reports a CUDA library that is twice in a shared stage, once", async () => {
    const host = fakeHost();
    const add = (file: string, ...pins: string[]): void => {
      const lines = pins.map((pin) => `${pin} --hash=sha256:${"0".repeat(64)}\n`);
      host.files.set(file, `${host.files.get(file) ?? ""}${lines.join("")}`);
    };
    add("requirements/cuda-12.4.txt", "nvidia-cublas-cu12==12.4.5.8", "nvidia-cublas==13.1.0.3");
    add("requirements/vad.txt", "torch==2.6.0");
    const all = await problems(host, { accelerator: "cuda" });
    const found = all.filter(({ expected }) => /once in an image|no CUDA library/.test(expected));
    expect(found.map(({ key, found: was }) => [key, was])).to.deep.equal([
      ["requirements/cuda-12.4.txt", "nvidia-cublas-cu12==12.4.5.8 and nvidia-cublas==13.1.0.3"],
      ["requirements/vad.txt", "torch==2.6.0"],
    ]);
  });

  it("distinguishes an unset path of uv from a missing uv", async () => {
    const [unknown] = await problems(fakeHost(), { machine: { uv: "" } });
    expect(unknown).to.include({ key: "uv", found: "MORGAN_UV is not set" });
    const [missing] = await problems(fakeHost(), { machine: { uv: "/opt/uv" } });
    expect(missing?.found).to.equal('no file at "/opt/uv"');
    expect(missing?.fix).to.contain("npm run setup");
  });

  it("names the address of an engine that does not answer, and the error", async () => {
    const down = { facts: () => Promise.reject(new Error("connect ENOENT")) };
    const [usual] = await problems(fakeHost(down));
    expect(usual).to.include({ key: "container engine", found: "connect ENOENT" });
    expect(usual?.expected).to.contain("/var/run/docker.sock");
    const [named] = await problems(fakeHost(down), { engine: { host: "tcp://gpu:2375" } });
    expect(named?.expected).to.contain("tcp://gpu:2375");
  });

  it("refuses another engine than the stack's own with both names, and checks nothing else on it", async () => {
    const host = fakeHost(container([8080], "prod"));
    host.stacks.set("organization/morgan/dev", { engine: { id: "e2", name: "gpu" } });
    const [other, ...others] = await problems(host);
    expect(other?.expected).to.contain("gpu (e2)");
    expect(other?.found).to.contain("box (e1)");
    expect(others).to.deep.equal([]);
    expect((await problems(fakeHost(), { engine: { wanted: "gpu" } })).map(({ key }) => key)).to.deep.equal([
      "morgan:engine",
    ]);
    host.stacks.set("organization/morgan/dev", { engine: { id: "e1", name: "box" } });
    expect((await problems(host)).map(({ key }) => key)).to.deep.equal(["morgan:gatewayPort"]);
  });

  it("sends nothing to an engine whose address is a problem already", async () => {
    const facts = (): never => {
      throw new Error("asked");
    };
    const given = [{ key: "DOCKER_HOST", expected: "an address", found: "x", fix: "set it" }];
    expect(await problems(fakeHost({ facts }), { engine: { host: "" } }, given)).to.deep.equal(given);
  });

  it("does not try the ports of another machine from here", async () => {
    const host = fakeHost();
    host.listening.add("127.0.0.1:8080").add("127.0.0.1:5101");
    expect(await problems(host, { engine: { host: "tcp://gpu:2375" } })).to.deep.equal([]);
    expect(await problems(host, { engine: { host: "npipe:////./pipe/docker_engine" } })).to.have.length(2);
  });

  it("refuses to enforce size budgets on an engine that reports no sizes", async () => {
    const old = { facts: () => Promise.resolve({ ...FACTS, version: "27.5.1" }) };
    const [problem] = await problems(fakeHost(old), { images: { sizeBudgets: "enforce" } });
    expect(problem).to.include({ key: "morgan:sizeBudgets" });
    expect(problem?.found).to.contain("27.5.1");
    expect(await problems(fakeHost(), { images: { sizeBudgets: "enforce" } })).to.deep.equal([]);
    expect(await problems(fakeHost(old))).to.deep.equal([]);
    expect(logs.warn.join()).to.contain("no size budget is checked");
  });

  it("names the stack that already uses a port", async () => {
    const [found, ...others] = await problems(fakeHost(container([8080], "prod")));
    expect(found).to.include({ key: "morgan:gatewayPort", found: 'the stack "prod" has it' });
    expect(found?.expected).to.contain("8080").and.contain("127.0.0.1");
    expect(found?.fix).to.contain("morgan:gatewayPort");
    expect(others).to.deep.equal([]);
  });

  it("reports a port that another program uses, in a container or outside", async () => {
    const host = fakeHost(container([5101]));
    host.listening.add("127.0.0.1:8080");
    const found = await problems(host);
    expect(found.map(({ key }) => key)).to.deep.equal(["morgan:gatewayPort", "morgan:registryPort"]);
    expect(found.map((problem) => problem.found)).to.deep.equal([
      "another program listens at 127.0.0.1:8080",
      "another container has it",
    ]);
  });

  it("accepts the ports that the stack itself uses", async () => {
    const loopback = (port: number): PublishedPort[] => [{ address: "127.0.0.1", port }];
    const own = [publishing(loopback(8080), "dev"), publishing(loopback(5101), "dev", "registry")];
    const host = fakeHost({ containers: listing(own) });
    host.listening.add("127.0.0.1:8080").add("127.0.0.1:5101");
    expect(await problems(host)).to.deep.equal([]);
  });

  it("ignores the registry port if images are pushed elsewhere", async () => {
    const host = fakeHost();
    host.listening.add("127.0.0.1:5101");
    const registry = { kind: "remote", host: "harbor.example.com", project: "m" } as const;
    expect(await problems(host, { images: { registry } })).to.deep.equal([]);
  });

  it("plans the GPU of each service, and refuses a plan that does not fit", async () => {
    const host = fakeHost();
    const cuda = { accelerator: "cuda", gpu: { use: "required", mode: "cdi", devices: [], memoryMiB: {} } } as const;
    expect((await problems(host, cuda)).map(({ key }) => key)).to.deep.equal(["morgan:gpuMode", "nvidia-smi"]);
    const support = { cdiDevices: ["0"], cdiFolders: ["/var/run/cdi"], runtimes: [] };
    const ready = fakeHost({ gpuSupport: () => Promise.resolve(support) });
    ready.programs.set("nvidia-smi", "0, GPU-a, NVIDIA A10, 24576, 24000, 570.26, 8.6, [N/A]");
    const { gpu } = await preflight(stackConfig(cuda), [], ready, stateOf(ready));
    expect([...gpu.placements.keys()]).to.deep.equal(["tts", "stt"]);
  });

  it("reports a missing folder of weights on this machine, not on another machine", async () => {
    const models = { services: { stt: { kind: "folder", path: "/srv/whisper" } }, offline: false } as const;
    const cuda = { accelerator: "cuda", models } as const;
    const [found, ...others] = await problems(fakeHost(), cuda);
    expect(found).to.include({ key: "morgan:models.stt", found: "no folder at /srv/whisper" });
    expect(others).to.deep.equal([]);
    expect(await problems(fakeHost(), { ...cuda, engine: { host: "tcp://gpu:2375" } })).to.deep.equal([]);
    const host = fakeHost();
    host.folders.add("/srv/whisper");
    expect(await problems(host, cuda)).to.deep.equal([]);
    expect(await problems(fakeHost(), { models }), "no weights are mounted").to.deep.equal([]);
    expect(await problems(fakeHost(), { ...cuda, services: ["vad"] }), "not chosen").to.deep.equal([]);
  });

  it("reports a relative path of a folder that reads like a model of the model hub", async () => {
    const models = { services: { stt: { kind: "hub", id: "models/whisper" } }, offline: false } as const;
    const host = fakeHost();
    expect(await problems(host, { accelerator: "cuda", models })).to.deep.equal([]);
    host.folders.add("models/whisper");
    const [found, ...others] = await problems(host, { accelerator: "cuda", models });
    expect(found).to.include({ key: "morgan:models.stt" });
    expect(found?.fix).to.contain("$PWD/models/whisper");
    expect(others).to.deep.equal([]);
  });

  it("reads the stack's releases, another stack's releases, and the commit", async () => {
    const host = fakeHost();
    host.revision = "0123456789ab+";
    const found = await preflight(stackConfig(), [], host, stateOf(host));
    expect(found.release).to.include({ kind: "build", revision: "0123456789ab+" });
    host.revision = "0123456789ab";
    const clean = await preflight(stackConfig(), [], host, stateOf(host));
    expect(clean.release).to.include({ kind: "build", revision: "0123456789ab" });
    host.revision = undefined;
    const unknown = await preflight(stackConfig(), [], host, stateOf(host));
    expect(unknown.release).to.include({ kind: "build", revision: "unknown+" });
    const ran = madeUpRelease("a");
    host.stacks.set("organization/morgan/prod", {});
    host.stacks.set("organization/morgan/dev", { release: ran.id, releases: [ran] });
    const prod = { stack: "prod", fullName: "organization/morgan/prod", services: ["llm"] };
    for (const promoteFrom of ["dev", "organization/morgan/dev"]) {
      const { release } = await preflight(
        stackConfig({ ...prod, release: { promoteFrom } }),
        [],
        host,
        stateOf(host, "prod"),
      );
      expect(release.kind === "run" ? release.release.id : "", promoteFrom).to.equal(ran.id);
    }
    const [gone, ...others] = await problems(host, { ...prod, release: { promoteFrom: "none" } });
    expect(gone).to.include({ key: "morgan:promoteFrom", found: "there is no such stack" });
    expect(others).to.deep.equal([]);
    const [own] = await problems(host, { ...prod, release: { promoteFrom: "prod" } });
    expect(own).to.include({ key: "morgan:promoteFrom", found: '"prod"' });
  });

  it("needs no sources, locks or uv for a release that is already built", async () => {
    const ran = madeUpRelease("a");
    const host = fakeHost();
    host.folders.clear();
    host.files.clear();
    host.stacks.set("organization/morgan/dev", { release: ran.id, releases: [ran] });
    expect(await problems(host, { services: ["llm"], release: { pinned: ran.id } })).to.deep.equal([]);
    expect(await problems(host, { services: ["llm"] })).not.to.deep.equal([]);
  });

  it("reports all problems at once, each with key, expectation, finding and fix", async () => {
    const host = fakeHost({ facts: () => Promise.reject(new Error("refused")) });
    host.folders.delete("services/core/morgan_core");
    host.files.delete("requirements/stt-cpu.txt");
    const given = [{ key: "morgan:registry", expected: "a registry", found: "x", fix: "set it" }];
    const error: unknown = await preflight(stackConfig({ machine: { uv: "" } }), given, host, stateOf(host)).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(MorganError);
    const { problems: found, message } = error as MorganError;
    const keys = ["morgan:registry", "services/core/morgan_core", "requirements/stt-cpu.txt", "uv", "container engine"];
    expect(found.map(({ key }) => key)).to.deep.equal(keys);
    expect(message).to.match(/^5 problems; nothing was built or changed\./);
    for (const { key, expected, found: was, fix } of found) {
      for (const part of [key, expected, was, fix]) {
        expect(part).not.to.equal("");
        expect(message).to.contain(part);
      }
    }
  });
});

describe("the requirements of a configuration", () => {
  const of = (accelerator: "cpu" | "cuda", services: readonly string[]): string[] =>
    lockNames(stackServices({ accelerator, services, cudaVersion: "12.8" }));

  it("are those of the base stage and of each service's variant, each once", () => {
    expect(of("cpu", ["core", "tts", "stt"])).to.deep.equal(["base", "core", "tts-cpu", "stt-cpu"]);
  });

  it("include those of CUDA if a service is built on CUDA", () => {
    expect(of("cuda", ["stt", "llm"])).to.deep.equal(["base", "cuda-12.8", "stt-12.8", "llm"]);
    expect(of("cuda", ["tts"])).to.deep.equal(["base", "cuda-12.8", "torch-12.8", "tts-12.8"]);
    expect(of("cuda", ["llm", "vad"])).to.deep.equal(["base", "llm", "vad"]);
  });
});
