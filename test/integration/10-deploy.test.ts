import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { selectServices } from "../../components/catalog/select.ts";
import { fetchRecording } from "../../cli/lib/recording.ts";
import type { Outputs } from "../../cli/stack/outputs.ts";
import { bytes } from "../../components/lib/units.ts";
import { catalog } from "../../services/catalog.ts";
import { cacheDir, python } from "../harness/python.ts";
import { containersOf, docker, idsOf } from "./support/engine.ts";
import { manifestOf, type Manifest } from "./support/registry.ts";
import { chat, historyOf, recordedSpeech, voice } from "./support/requests.ts";
import { sharedStack } from "./support/shared-stack.ts";
import type { TestStack } from "./support/test-stack.ts";

const SERVICES = Object.keys(catalog);

describe("a first up", () => {
  let stack: TestStack;
  let outputs: Outputs;
  let manifests: Record<string, Manifest>;

  before("up", async () => {
    stack = await sharedStack();
    outputs = await stack.outputs();
    const read = SERVICES.map(async (name) => [name, await manifestOf(outputs.images[name]?.ref ?? "")] as const);
    manifests = Object.fromEntries(await Promise.all(read));
  });

  it("every service is healthy", () => {
    const health = Object.fromEntries(
      Object.entries(outputs.services).map(([name, service]) => [name, service.health]),
    );
    expect(health).to.deep.equal(Object.fromEntries(SERVICES.map((name) => [name, "healthy"])));
  });

  it("every container runs the image that the outputs name by digest", () => {
    const containers = containersOf(stack.name);
    for (const name of SERVICES) {
      const image = outputs.images[name];
      expect(image?.ref).to.match(/^127\.0\.0\.1:\d+\/morgan\/images:\w+\.test-\w+@sha256:[0-9a-f]{64}$/);
      expect(image?.ref).to.include(image?.digest);
      expect(containers[name]?.Config.Image).to.equal(image?.ref);
    }
  });

  it("the outputs contain the sizes that the registry and the engine report", () => {
    for (const [name, manifest] of Object.entries(manifests)) {
      const size = outputs.images[name]?.size;
      const layers = manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
      expect(size?.compressed).to.be.within(layers, layers + 100_000);
      expect(size?.unpacked).to.be.greaterThan(layers);
    }
  });

  it("every image is within its size budget", () => {
    const services = Object.keys(catalog);
    for (const { name, variant } of selectServices(catalog, { services, accelerator: "cpu", cudaVersion: "12.4" })) {
      const { budget } = variant;
      const { unpacked = Infinity, compressed = Infinity } = outputs.images[name]?.size ?? {};
      expect(unpacked, `${name} unpacked`).to.be.at.most(bytes(budget.unpacked));
      expect(compressed, `${name} compressed`).to.be.at.most(bytes(budget.compressed));
    }
  });

  it("all layers are zstd, and the services share the layers of base", () => {
    const layers = Object.values(manifests).map((manifest) => manifest.layers.map(({ digest }) => digest));
    const shared = layers[0]?.filter((digest) => layers.every((other) => other.includes(digest))) ?? [];
    expect(shared.length).to.be.at.least(3);
    for (const manifest of Object.values(manifests)) {
      for (const layer of manifest.layers) expect(layer.mediaType).to.match(/\+zstd$/);
    }
  });

  it("every stage has its cache export beside its image", async () => {
    const stages = ["tools", "base", ...SERVICES.map((name) => `${name}-deps`), ...SERVICES];
    for (const stage of stages) {
      const cache = await manifestOf(`${outputs.registry}/images:${stage}.${stack.name}-cache`);
      expect(cache.layers.length, stage).to.be.greaterThan(0);
    }
  });

  it("labels of images follow the OCI image specification", () => {
    const labels = JSON.parse(
      docker("image", "inspect", "--format", "{{json .Config.Labels}}", outputs.images["core"]?.ref ?? ""),
    ) as Record<string, string>;
    expect(labels["org.opencontainers.image.title"]).to.equal("core");
    expect(labels["org.opencontainers.image.description"]).to.equal(catalog.core.description);
    expect(labels["org.opencontainers.image.version"]).to.match(/^[0-9a-f]{12}$/);
  });

  it("service images contain no compiler, package cache or build tool", () => {
    const search = "command -v gcc cc uv pip; ls /root/.cache /var/cache/apt/*.bin /var/lib/apt/lists/*_Packages; true";
    for (const name of SERVICES) {
      const found = docker(
        "run",
        "--rm",
        "--network=none",
        "--entrypoint=sh",
        outputs.images[name]?.ref ?? "",
        "-c",
        `(${search}) 2>/dev/null`,
      );
      expect(found.trim(), name).to.equal("");
    }
  });

  it("service images contain no manual, translation or test, and no second copy of a library", () => {
    const unwanted = [
      "/usr/share/doc /usr/share/man /usr/share/locale /usr/share/perl /usr/lib/python3*/test",
      "/opt/venv/lib/*/site-packages/*/tests /opt/venv/lib/*/site-packages/onnxruntime/capi/libonnxruntime.so*",
    ].join(" ");
    // Upstream's Debian image keeps licences.
    const search = `find ${unwanted} -type f ! -name copyright 2>/dev/null; true`;
    for (const name of SERVICES) {
      const image = outputs.images[name]?.ref ?? "";
      expect(docker("run", "--rm", "--network=none", image, "sh", "-c", search).trim(), name).to.equal("");
    }
  });

  it("every Python module has its bytecode, because containers cannot write any", () => {
    const sources = "find /usr/lib/python3* /opt/venv/lib -name '*.py'";
    const check = `import importlib.util as u, pathlib, sys
print([p for p in sys.stdin.read().split() if not pathlib.Path(u.cache_from_source(p)).exists()][:5])`;
    for (const name of SERVICES) {
      const program = `${sources} | python -c "${check}"`;
      const found = docker("run", "--rm", "--network=none", outputs.images[name]?.ref ?? "", "sh", "-c", program);
      expect(found.trim(), name).to.equal("[]");
    }
  });

  it("passwords are neither in the state nor in what the engine reports about containers", () => {
    const file = "/run/secrets/redis-password";
    const password = docker("exec", containersOf(stack.name)["core"]?.Id ?? "", "cat", file).trim();
    expect(password).to.have.length(32);
    expect(stack.state()).to.not.include(password);
    expect(JSON.stringify(containersOf(stack.name))).to.not.include(password);
  });

  it("core answers a text turn and keeps it in the history", async () => {
    const answer = await chat(outputs.endpoint, "good morning");
    expect(answer.status).to.equal(200);
    const { session_id: session, reply } = answer.body as { session_id: string; reply: string };
    expect(reply).to.include("good morning");
    expect(await historyOf(outputs.endpoint, session)).to.include("good morning");
  });

  it("core transcribes recorded human speech word for word and speaks the reply", async () => {
    const answer = await voice(outputs.endpoint, await recordedSpeech());
    expect(answer.status).to.equal(200);
    const { transcript, audio } = answer.body as { transcript: string; audio: string };
    expect(transcript).to.equal("go forward ten meters");
    const wav = Buffer.from(audio, "base64");
    expect(wav.toString("latin1", 0, 4) + wav.toString("latin1", 8, 12)).to.equal("RIFFWAVE");
    const samples = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + (wav.length & ~1)));
    const seconds = samples.length / wav.readUInt32LE(24);
    expect(seconds).to.be.within(0.5, 20);
    expect(Math.max(...samples.subarray(0, 100_000).map(Math.abs))).to.be.greaterThan(1000);
  });

  it("the example clients in Python and TypeScript have a conversation", async () => {
    const recording = await fetchRecording(cacheDir);
    const folder = mkdtempSync(join(tmpdir(), "morgan-examples-"));
    try {
      for (const [program, example] of [
        [await python(), "client.py"],
        [process.execPath, "client.ts"],
      ] as const) {
        const talk = (said: string): string =>
          execFileSync(program, [resolve("docs/examples", example), outputs.endpoint, said], {
            cwd: folder,
            encoding: "utf8",
            stdio: ["ignore", "pipe", "pipe"],
          });
        expect(talk("good morning"), example).to.include("good morning").and.include("has 1 turn(s)");
        expect(talk(recording), example).to.include("you said: go forward ten meters");
        expect(readFileSync(join(folder, "reply.wav")).toString("latin1", 0, 4), example).to.equal("RIFF");
        rmSync(join(folder, "reply.wav"));
        expect(() => talk(" "), example).to.throw("invalid_request");
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("a request beyond the interface gets an error of the one form", async () => {
    const found = [];
    for (const [method, path] of [
      ["GET", "/nowhere"],
      ["GET", "/openapi.json"],
      ["GET", "/docs"],
      ["PUT", "/v1/chat"],
    ] as const) {
      const response = await fetch(outputs.endpoint + path, { method });
      const { error } = (await response.json()) as { error: { code: string } };
      found.push(`${String(response.status)} ${error.code}`);
    }
    expect(found).to.deep.equal(["404 not_found", "404 not_found", "404 not_found", "405 method_not_allowed"]);
  });

  it("a second up changes nothing and replaces no container", async () => {
    const ids = idsOf(stack.name);
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
    expect(idsOf(stack.name)).to.deep.equal(ids);
  });

  it("other times and modes of the same files, and a new git repository, are no change", async () => {
    for (const file of ["services/core/morgan_core/__main__.py", "requirements/base.txt"]) {
      chmodSync(join(stack.folder, file), 0o600);
      utimesSync(join(stack.folder, file), new Date(), new Date());
    }
    execFileSync("git", ["init", "--quiet"], { cwd: stack.folder });
    expect(await stack.preview()).to.deep.equal([]);
  });
});
