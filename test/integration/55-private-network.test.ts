import { randomBytes } from "node:crypto";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { connectEngine } from "../../components/engine/engine.ts";
import type { Outdated } from "../../components/outdated/outdated.ts";
import { parseLock } from "../../components/requirements/lock.ts";
import { engineAddress } from "../../toolchain/lib/engine-address.mjs";
import { environment } from "../../toolchain/lib/environment.mjs";
import {
  buildRecords,
  engineOutput,
  filesBelow,
  placesHolding,
  temporaryFiles,
  watchProcesses,
  type Place,
} from "./support/canaries.ts";
import { docker, healthOf, idsOf } from "./support/engine.ts";
import { PrivateCa } from "./support/private-ca.ts";
import { PrivateNetwork } from "./support/private-network.ts";
import { bridgeAddress, PrivateRegistry } from "./support/private-registry.ts";
import { freePort } from "./support/project.ts";
import { TestStack } from "./support/test-stack.ts";

const run = promisify(execFile);

describe("a private network", () => {
  let network: PrivateNetwork;
  let stack: TestStack;
  let cache: string;
  let started: Date;
  /** Canaries that were in a command line while the stack was built. */
  let inProcesses: readonly string[];

  before(async () => {
    network = await PrivateNetwork.start();
    cache = mkdtempSync(join(tmpdir(), "morgan-cache-"));
    stack = await TestStack.create(
      { services: ["llm"], baseImages: "debian", ...network.configuration },
      // With an empty cache the stack makes its own root file system. BuildKit has no cached layer on top of it.
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
    afterEach("nothing was built", () => {
      expect(idsOf(stack.name)).to.deep.equal({});
      expect(network.registry.log()).not.to.match(/"(?:POST|PUT|PATCH) /);
    });

    it("the preflight reports all wrong passwords at once, each with its host and its key", async () => {
      await stack.configureSecrets({ registryPassword: "wrong", pypiPassword: "wrong", aptPassword: "wrong" });
      const message = await stack.failure("preview");
      const hosts = { registry: network.registry.host, pypi: network.index.host, apt: network.mirror.host };
      for (const [name, host] of Object.entries(hosts)) {
        expect(message).to.match(new RegExp(`morgan:${name}Password\n.*at ${host}\n.*401`));
      }
      expect(message).to.contain("3 problems; nothing was built or changed");
      await stack.configureSecrets(network.passwords);
    });

    it("the preflight reports a CA that did not sign the hosts' certificates", async () => {
      const other = new PrivateCa("another CA");
      await stack.configure({ caBundle: other.certificate });
      const message = await stack.failure("up");
      for (const { host } of [network.registry, network.index, network.mirror]) {
        expect(message).to.match(new RegExp(`morgan:caBundle\n.*${host}`));
      }
      await stack.configure({ caBundle: network.ca.certificate });
      other.remove();
    });

    it("the preflight reports a proxy that is down, and a registry that does not exist", async () => {
      const proxy = `${bridgeAddress()}:${String(await freePort())}`;
      const registry = `127.0.0.1:${String(await freePort())}`;
      await stack.configure({ proxy: `http://${proxy}`, registry: `${registry}/team` });
      const message = await stack.failure("preview");
      expect(message).to.match(new RegExp(`morgan:proxy\n.*${proxy}\n.*ECONNREFUSED`));
      expect(message).to.match(new RegExp(`morgan:registry\n.*${registry}\n.*refused`));
      await stack.configure(network.configuration);
    });
  });

  describe("with the right configuration", () => {
    it("a stack is built, pushed and deployed", async () => {
      started = new Date();
      const stop = watchProcesses(network.canaries);
      await stack.up();
      inProcesses = stop();
      const { images, services } = await stack.outputs();
      expect(services["llm"]?.health).to.equal("healthy");
      expect(images["llm"]?.ref).to.include(`${network.registry.host}/team/images:llm.`);
      expect(idsOf(stack.name)).to.have.all.keys("llm", "gateway");
    });

    it("builds get every wheel and every Debian package, and contact no other host", () => {
      const pins = ["base", "llm"].flatMap((name) =>
        parseLock(readFileSync(join(stack.folder, `requirements/${name}.txt`), "utf8")),
      );
      const wheels = network.index.requests.flatMap(({ path, status }) =>
        status === 200 || status === 206 ? (/\/([^/]+)\.whl$/.exec(path)?.[1] ?? []) : [],
      );
      const names = new Set(wheels.map((wheel) => (wheel.split("-")[0] ?? "").replaceAll("_", "-").toLowerCase()));
      for (const { name } of pins) expect([...names], "wheels that the index served").to.include(name);
      const packages = network.mirror.requests.map(({ path }) => path).filter((path) => path.endsWith(".deb"));
      expect(packages.length).to.be.greaterThan(50);
      expect(packages.filter((path) => path.startsWith("/debian-security/"))).not.to.deep.equal([]);
      // apt and uv use the proxy, which logs every host that they contact.
      expect(new Set(network.proxy.requests.map(({ path }) => path))).to.deep.equal(
        new Set([network.index.host, network.mirror.host]),
      );
    });

    it("builds log in to the second index on the same host too", () => {
      const extra = network.index.requests.filter(({ path }) => path.startsWith("/extra/"));
      expect(extra.map(({ status }) => status)).to.include(404);
    });

    it("a second up changes nothing", async () => {
      expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
    });

    it("the index and the mirror answer what has a newer release, with their logins and the CA", async () => {
      const [asked, listed] = [network.index.requests.length, network.mirror.requests.length];
      const { code, output } = await stack.commandLine("outdated", "--json");
      expect(code, output).to.equal(0);
      const { unanswered } = JSON.parse(output.slice(output.indexOf("{\n"), output.lastIndexOf("}") + 1)) as Outdated;
      expect(unanswered).to.deep.equal([]);
      const pages = network.index.requests.slice(asked).map(({ path, status }) => `${path} ${String(status)}`);
      expect(pages).to.include("/simple/structlog/ 200");
      const lists = network.mirror.requests.slice(listed).filter(({ path }) => path.endsWith("/InRelease"));
      expect(lists.length).to.be.greaterThan(2);
      expect(new Set(lists.map(({ status }) => status))).to.deep.equal(new Set([200]));
      expect(new Set(network.proxy.requests.map(({ path }) => path))).to.deep.equal(
        new Set([network.index.host, network.mirror.host]),
      );
    });
  });

  describe("secrets and the private CA", () => {
    /** Texts that each place contains. They prove that the search covered the place. */
    const control = {
      storage: "import structlog",
      state: "registryUser",
      engine: "morgan.stack",
      builds: "/run/uv pip install",
    };

    const expectNone = (places: () => Iterable<Place>, known: string): void => {
      const found = placesHolding([...network.canaries, known], places());
      expect(found[known], `known text: ${known}`).not.to.deep.equal([]);
      const holding = network.canaries.filter((canary) => found[canary]?.length !== 0);
      expect(holding.map((canary) => [canary, found[canary]])).to.deep.equal([]);
    };

    it("secrets are in no layer, configuration, manifest or cache of the registry", () => {
      expectNone(() => filesBelow(network.registry.data), control.storage);
    });

    it("secrets are in no image, history, container, environment or log of the engine", () => {
      expectNone(() => engineOutput(stack.name, network.registry.host), control.engine);
    });

    it("secrets are in no log and in no setting of a build", () => {
      expectNone(() => buildRecords(started), control.builds);
    });

    it("secrets are in no file of the project, not even in the state, and in no output", () => {
      const leftOut = (path: string): boolean => /\/node_modules$|\/\.morgan\/certs$/.test(path);
      expectNone(() => filesBelow(stack.folder, leftOut), control.state);
      expectNone(() => [["what Pulumi printed", Buffer.from(stack.printed)]], "Duration");
    });

    it("secrets are in no command line, and in no temporary file of a build", () => {
      expect(inProcesses).to.deep.equal([]);
      expect(placesHolding(network.canaries, temporaryFiles())).to.deep.equal(
        Object.fromEntries(network.canaries.map((canary) => [canary, []])),
      );
    });
  });

  describe("after the first deployment", () => {
    it("a refresh contacts the registry with the login and the CA", async () => {
      const { SSL_CERT_DIR } = environment({ root: stack.folder, env: stack.environment() });
      const options = { cwd: stack.folder, env: { ...stack.environment(), SSL_CERT_DIR } };
      const { stdout, stderr } = await run(process.execPath, stack.commandLineArguments("up", "--refresh"), options);
      expect(stdout + stderr).not.to.contain("unable to verify");
      // docker-build 0.0.22 sends these requests itself. All other requests come from BuildKit and the engine.
      const requests = network.registry
        .log()
        .split("\n")
        .filter((line) => line.includes("regclient"));
      expect(requests.join("\n")).to.match(/"GET \S+\/manifests\/sha256:\w+ HTTP\/[\d.]+" 200/);
    });

    it("the engine pulls an image with the login, and not without it", async () => {
      const tag = `${network.registry.host}/team/images:tools.${stack.name}`;
      docker("rmi", "--force", tag);
      const engine = connectEngine(engineAddress(process.env));
      expect((await engine.imageSize(tag)).unpacked).to.equal(0);
      await engine.pull(tag, network.logins.registry);
      expect((await engine.imageSize(tag)).compressed).to.be.greaterThan(0);
      const error: unknown = await engine.pull(tag, undefined).catch((thrown: unknown) => thrown);
      expect(String(error))
        .to.contain(network.registry.host)
        .and.match(/no basic auth|unauthorized/);
    });

    it("a registry that goes down during a push fails the up, and the next up succeeds", async () => {
      const { llm, gateway } = idsOf(stack.name);
      // Random bytes cannot be compressed, so the push of this layer takes a while.
      writeFileSync(join(stack.folder, "services/llm/morgan_llm/large.bin"), randomBytes(64 * 1024 * 1024));
      const { ended } = await network.registry.firstUploadOf(() => stack.commandLine("up"));
      network.registry.kill();
      const { code, output } = await ended;
      expect(code).to.equal(1);
      expect(output).to.match(new RegExp(`the registry at ${network.registry.host} .*morgan:registry`));
      expect(idsOf(stack.name)).to.include({ llm, gateway });
      expect(healthOf(stack.name, "llm")).to.equal("healthy");
      network.registry.start();
      await stack.up();
      const after = idsOf(stack.name);
      expect(after["llm"]).not.to.equal(llm);
      expect(after["gateway"]).to.equal(gateway);
    });

    it("a registry with a full disk fails the up, and another registry makes the next up succeed", async () => {
      const ids = idsOf(stack.name);
      const full = await PrivateRegistry.start(network.ca, network.logins.registry, "8m");
      try {
        await stack.configure({ registry: `${full.host}/team` });
        const { code, output } = await stack.commandLine("up");
        expect(code).to.equal(1);
        expect(placesHolding(network.canaries, temporaryFiles())).to.deep.equal(
          Object.fromEntries(network.canaries.map((canary) => [canary, []])),
        );
        expect(output).to.contain(full.host);
        expect(output).to.match(/the registry at .* \(morgan:registry.*full disk|no space left/);
        expect(idsOf(stack.name)).to.deep.equal(ids);
        await stack.configure(network.configuration);
        await stack.up();
        expect(healthOf(stack.name, "llm")).to.equal("healthy");
      } finally {
        full.remove();
      }
    });
  });
});
