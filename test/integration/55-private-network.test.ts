import { randomBytes } from "node:crypto";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { connectEngine } from "../../components/engine/engine.ts";
import { parseLock } from "../../components/requirements/lock.ts";
import { environment } from "../../toolchain/lib/environment.mjs";
import { Authority } from "./support/authority.ts";
import {
  filesBelow,
  leftInTemporary,
  placesHolding,
  toldByBuilds,
  toldByEngine,
  watchProcesses,
  type Place,
} from "./support/canaries.ts";
import { containersOf, docker, idsOf } from "./support/engine.ts";
import { PrivateNetwork } from "./support/private-network.ts";
import { PrivateRegistry } from "./support/private-registry.ts";
import { freePort } from "./support/project.ts";
import { TestStack } from "./support/test-stack.ts";

const run = promisify(execFile);

describe("a private network", () => {
  let network: PrivateNetwork;
  let stack: TestStack;
  let cache: string;
  let started: Date;
  /** Canaries that were seen in a command line while the stack was built. */
  let inProcesses: readonly string[];

  before(async () => {
    network = await PrivateNetwork.start();
    cache = mkdtempSync(join(tmpdir(), "morgan-cache-"));
    stack = await TestStack.create(
      { services: ["llm"], baseImages: "debian", ...network.configuration },
      // With a cache of its own it makes a root file system, which no other stack has: BuildKit knows nothing on top of it.
      { variables: { MORGAN_CACHE: join(cache, "morgan") } },
    );
    await stack.configureSecrets(network.passwords);
  });

  after(async () => {
    try {
      await stack.dispose();
    } finally {
      network.stop();
      rmSync(cache, { recursive: true });
    }
  });

  describe("before anything is built", () => {
    afterEach("nothing was", () => {
      expect(idsOf(stack.name)).to.deep.equal({});
      expect(network.registry.log()).not.to.match(/"(?:POST|PUT|PATCH) /);
    });

    it("refuses wrong passwords, all at once, each with its host and its setting", async () => {
      await stack.configureSecrets({ registryPassword: "wrong", pypiPassword: "wrong", aptPassword: "wrong" });
      const message = await stack.failure("preview");
      const hosts = { registry: network.registry.host, pypi: network.index.host, apt: network.mirror.host };
      for (const [name, host] of Object.entries(hosts)) {
        expect(message).to.match(new RegExp(`morgan:${name}Password\n.*at ${host}\n.*401`));
      }
      expect(message).to.contain("3 problems; nothing was built or changed");
      await stack.configureSecrets(network.passwords);
    });

    it("refuses an authority that is not the one of its hosts", async () => {
      const other = new Authority("another authority");
      await stack.configure({ caBundle: other.certificate });
      const message = await stack.failure("up");
      for (const { host } of [network.registry, network.index, network.mirror]) {
        expect(message).to.match(new RegExp(`morgan:caBundle\n.*${host}`));
      }
      await stack.configure({ caBundle: network.authority.certificate });
      other.remove();
    });

    it("refuses a proxy that is down, and hosts that are not there", async () => {
      const [proxy, registry] = [await freePort(), await freePort()].map((port) => `127.0.0.1:${String(port)}`);
      await stack.configure({ proxy: `http://${proxy ?? ""}`, registry: `${registry ?? ""}/team` });
      const message = await stack.failure("preview");
      expect(message).to.match(new RegExp(`morgan:proxy\n.*${proxy ?? ""}\n.*ECONNREFUSED`));
      expect(message).to.match(new RegExp(`morgan:registry\n.*${registry ?? ""}\n.*refused`));
      await stack.configure(network.configuration);
    });
  });

  describe("once it is right", () => {
    it("builds, pushes and runs a stack", async () => {
      started = new Date();
      const stop = watchProcesses(network.canaries);
      await stack.up();
      inProcesses = stop();
      const { images, services } = await stack.outputs();
      expect(services["llm"]?.health).to.equal("healthy");
      expect(images["llm"]?.ref).to.include(`${network.registry.host}/team/images:llm.`);
      expect(idsOf(stack.name)).to.have.all.keys("llm", "gateway");
    });

    it("gives builds every wheel and every Debian package, and leads them to no other host", () => {
      const pins = ["base", "llm"].flatMap((name) =>
        parseLock(readFileSync(join(stack.folder, `requirements/${name}.txt`), "utf8")),
      );
      const wheels = network.index.requests.flatMap(({ path, status }) =>
        status === 200 || status === 206 ? (/\/([^/]+)\.whl$/.exec(path)?.[1] ?? []) : [],
      );
      const names = new Set(wheels.map((wheel) => (wheel.split("-")[0] ?? "").replaceAll("_", "-").toLowerCase()));
      for (const { name } of pins) expect([...names], "wheels that the index was asked for").to.include(name);
      expect(network.mirror.requests.filter(({ path }) => path.endsWith(".deb")).length).to.be.greaterThan(50);
      // apt and uv obey the proxy, which notes whom they want: nobody but these two.
      expect(new Set(network.proxy.requests.map(({ path }) => path))).to.deep.equal(
        new Set([network.index.host, network.mirror.host]),
      );
    });

    it("logs in to the second index on the same host too", () => {
      const extra = network.index.requests.filter(({ path }) => path.startsWith("/extra/"));
      expect(extra.map(({ status }) => status)).to.include(404);
    });

    it("changes nothing when nothing changed", async () => {
      expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
    });
  });

  describe("what nobody may see", () => {
    /** Texts that are there for sure: a place in which they are not found was not looked into. */
    const control = {
      storage: "import structlog",
      state: "registryUser",
      engine: "morgan.stack",
      builds: "/run/uv pip install",
    };

    const expectNone = (places: () => Iterable<Place>, known: string): void => {
      const found = placesHolding([...network.canaries, known], places());
      expect(found[known], `what is known to be there: ${known}`).not.to.deep.equal([]);
      const holding = network.canaries.filter((canary) => found[canary]?.length !== 0);
      expect(holding.map((canary) => [canary, found[canary]])).to.deep.equal([]);
    };

    it("is in no layer, configuration, manifest or cache of the registry", () => {
      expectNone(() => filesBelow(network.registry.data), control.storage);
    });

    it("is in no image, history, container, environment or log of the engine", () => {
      expectNone(() => toldByEngine(stack.name, network.registry.host), control.engine);
    });

    it("is in no log and in no setting of a build", () => {
      expectNone(() => toldByBuilds(started), control.builds);
    });

    it("is in no file of the project, the state among them, and in nothing that was printed", () => {
      const leftOut = (path: string): boolean => /\/node_modules$|\/\.morgan\/certs$/.test(path);
      expectNone(() => filesBelow(stack.folder, leftOut), control.state);
      expectNone(() => [["what Pulumi printed", Buffer.from(stack.printed)]], "Duration");
    });

    it("is in no command line, and in nothing that a build left behind", () => {
      expect(inProcesses).to.deep.equal([]);
      expectNone(leftInTemporary, "{");
    });
  });

  describe("from then on", () => {
    it("asks the registry in a refresh, with the log-in and the authority", async () => {
      const { SSL_CERT_DIR } = environment({ root: stack.folder, env: stack.environment() });
      const options = { cwd: stack.folder, env: { ...stack.environment(), SSL_CERT_DIR } };
      const { stdout, stderr } = await run(process.execPath, stack.commandLineArguments("up", "--refresh"), options);
      expect(stdout + stderr).not.to.contain("unable to verify");
      // There the provider asks by itself; all else is BuildKit's and the engine's.
      const asked = network.registry
        .log()
        .split("\n")
        .filter((line) => line.includes("regclient"));
      expect(asked.join("\n")).to.match(/"GET \S+\/manifests\/sha256:\w+ HTTP\/[\d.]+" 200/);
    });

    it("lets the engine take an image that it does not have", async () => {
      const tag = `${network.registry.host}/team/images:tools.${stack.name}`;
      docker("rmi", "--force", tag);
      const engine = connectEngine("");
      expect((await engine.imageSize(tag)).unpacked).to.equal(0);
      await engine.pull(tag, network.logins.registry);
      expect((await engine.imageSize(tag)).compressed).to.be.greaterThan(0);
      const error: unknown = await engine.pull(tag, undefined).catch((thrown: unknown) => thrown);
      expect(String(error))
        .to.contain(network.registry.host)
        .and.match(/no basic auth|unauthorized/);
    });

    it("goes on running while the registry goes down halfway through a push, and takes it up again", async () => {
      const { llm, gateway } = idsOf(stack.name);
      // A layer that takes a while, because nothing can be made smaller of it.
      writeFileSync(join(stack.folder, "services/llm/morgan_llm/large.bin"), randomBytes(64 * 1024 * 1024));
      const pushing = network.registry.nextUpload();
      const ended = stack.commandLine("up");
      await pushing;
      network.registry.kill();
      const { code, output } = await ended;
      expect(code).to.equal(1);
      expect(output).to.match(new RegExp(`the registry at ${network.registry.host} .*morgan:registry`));
      expect(idsOf(stack.name)).to.include({ llm, gateway });
      expect(containersOf(stack.name)["llm"]?.State.Health?.Status).to.equal("healthy");
      network.registry.start();
      await stack.up();
      const after = idsOf(stack.name);
      expect(after["llm"]).not.to.equal(llm);
      expect(after["gateway"]).to.equal(gateway);
    });

    it("goes on running while the registry's disk is full, and comes to another one", async () => {
      const ids = idsOf(stack.name);
      const full = await PrivateRegistry.start(network.authority, network.logins.registry, "8m");
      try {
        await stack.configure({ registry: `${full.host}/team` });
        const { code, output } = await stack.commandLine("up");
        expect(code).to.equal(1);
        expect(placesHolding(network.canaries, leftInTemporary())).to.deep.equal(
          Object.fromEntries(network.canaries.map((canary) => [canary, []])),
        );
        expect(output).to.contain(full.host);
        expect(output).to.match(/the registry at .* \(morgan:registry.*full disk|no space left/);
        expect(idsOf(stack.name)).to.deep.equal(ids);
        await stack.configure(network.configuration);
        await stack.up();
        expect(containersOf(stack.name)["llm"]?.State.Health?.Status).to.equal("healthy");
      } finally {
        full.remove();
      }
    });
  });
});
