import { expect } from "chai";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { MorganStack } from "../../../components/stack.ts";
import { FACTS, fakeEngine, IDENTITY, stackConfig, type ConfigChanges } from "../support/config.ts";
import { useProject } from "../support/project.ts";
import { record, type Registered, type Registrations } from "../support/registrations.ts";
import { at } from "../support/wire.ts";

const up = (changes: ConfigChanges = {}, facts = FACTS): Promise<Registrations> =>
  record(
    () =>
      new MorganStack("morgan", {
        config: stackConfig(changes),
        identity: IDENTITY,
        engine: fakeEngine(),
        facts,
        gpuPlan: NO_GPU,
      }),
  );

const SERVICES = ["core", "llm", "tts", "stt", "vad"];
const STATEFUL = ["gateway", "redis", "postgres", "registry"];
const isHolder = ({ name }: Registered): boolean => name.endsWith("-files");

describe("every container of a stack", () => {
  useProject();
  let registrations: Registrations;
  let running: Registered[];
  before(async () => {
    registrations = await up();
    running = registrations.of("container").filter((container) => !isHolder(container));
  });
  const all = (check: (inputs: Registered["inputs"], container: Registered) => void): void => {
    expect(running.map(({ name }) => name)).to.have.members([...SERVICES, ...STATEFUL]);
    for (const container of running) check(container.inputs, container);
  };

  it("runs as a numbered user that is not root", () => {
    all(({ user }, { name }) => {
      expect(user, name).to.match(/^[1-9]\d*:[1-9]\d*$/);
    });
  });

  it("cannot write its image, gain privileges or use a capability", () => {
    all((inputs, { name }) => {
      expect(inputs["readOnly"], name).to.equal(true);
      expect(inputs["capabilities"], name).to.deep.equal({ drops: ["ALL"] });
      expect(inputs["securityOpts"], name).to.deep.equal(["no-new-privileges:true"]);
      expect(inputs, name).not.to.have.property("privileged");
    });
  });

  it("is limited in memory, without swap, and in processors", () => {
    all((inputs, { name }) => {
      expect(inputs["memory"], name).to.be.a("number").above(0);
      expect(inputs["memorySwap"], name).to.equal(inputs["memory"]);
      expect(inputs["cpus"], name).to.match(/^\d+\.\d$/);
    });
  });

  it("gets no more processors than the engine has", async () => {
    const cpus = async (processors: number): Promise<unknown[]> => {
      const containers = (await up({}, { ...FACTS, processors })).of("container").filter((one) => !isHolder(one));
      return containers.map(({ inputs }) => inputs["cpus"]);
    };
    expect(new Set(await cpus(1))).to.deep.equal(new Set(["1.0"]));
    expect(new Set(await cpus(2))).to.deep.equal(new Set(["1.0", "2.0"]));
    expect(await cpus(64)).to.have.ordered.members(await cpus(2));
  });

  it("writes a log that is rotated", () => {
    all((inputs, { name }) => {
      expect(inputs["logDriver"], name).to.equal("json-file");
      expect(inputs["logOpts"], name).to.deep.equal({ "max-size": "10m", "max-file": "3" });
    });
  });

  it("must become healthy before its users start or the up ends, and is probed soon after its start", () => {
    all((inputs, { name }) => {
      expect(inputs["wait"], name).to.equal(!SERVICES.includes(name));
      expect(at(inputs, "healthcheck.tests.0"), name).to.equal("CMD");
      expect(at(inputs, "healthcheck.startInterval"), name).to.equal("200ms");
      expect(inputs["waitTimeout"], name).to.be.a("number").within(10, 120);
    });
  });

  it("is stopped with time to finish", () => {
    all((inputs, { name }) => {
      expect(inputs["destroyGraceSeconds"], name).to.be.a("number").within(10, 60);
      expect(inputs["stopTimeout"], name).to.equal(inputs["destroyGraceSeconds"]);
    });
  });

  it("names its network mode, because the provider would otherwise report a change in every up", () => {
    all(({ networkMode }, { name }) => {
      expect(networkMode, name).to.equal("bridge");
    });
  });

  it("is replaced after a failed start, and if the engine cannot apply a change", () => {
    all((_, { name, replaceOnChanges }) => {
      expect(replaceOnChanges, name).to.include.members(["#initerror", "tmpfs", "init", "healthcheck"]);
    });
  });

  it("is replaced create-first, or stop-first if only one can run, and never by default", () => {
    const stopFirst = running.filter(({ deleteBeforeReplace }) => deleteBeforeReplace === true);
    const createFirst = running.filter(({ deleteBeforeReplace }) => deleteBeforeReplace === false);
    expect(stopFirst.map(({ name }) => name)).to.have.members(STATEFUL);
    expect(createFirst.map(({ name }) => name)).to.have.members(SERVICES);
  });

  it("has labels with its stack, its state and its logical name, like networks and volumes", () => {
    const things = (["container", "network", "volume"] as const).flatMap((type) => registrations.of(type));
    for (const { name, inputs } of things) {
      expect(inputs["labels"], name).to.have.deep.members([
        { label: "morgan.stack", value: "dev" },
        { label: "morgan.state", value: IDENTITY.id },
        { label: "morgan.role", value: name },
      ]);
    }
  });

  it("is not replaced for a label, like networks and volumes, so that things from before a label stay", () => {
    for (const type of ["container", "network", "volume"] as const) {
      for (const { name, ignoreChanges } of registrations.of(type)) expect(ignoreChanges, name).to.include("labels");
    }
    expect(registrations.of("volume")).to.have.length.above(0);
  });

  it("publishes no port, except the gateway and the registry on loopback", () => {
    const published = running.filter(({ inputs }) => (inputs["ports"] as unknown[]).length > 0);
    expect(Object.fromEntries(published.map(({ name, inputs }) => [name, inputs["ports"]]))).to.deep.equal({
      gateway: [{ ip: "127.0.0.1", external: 8080, internal: 8080 }],
      registry: [{ ip: "127.0.0.1", external: 5101, internal: 5000 }],
    });
  });

  it("is named by the provider, so that an old and a new container can run at once", () => {
    for (const { name, inputs } of registrations.of("container")) expect(inputs, name).not.to.have.property("name");
  });

  it("is on the networks that it needs, with its own name on the network of its callers", () => {
    const services = "morgan-dev-services-network-0123456";
    const data = "morgan-dev-data-network-0123456";
    const outside = "morgan-dev-network-0123456";
    const found = (name: string, alias: string): object => ({ name, aliases: [alias] });
    const joined = Object.fromEntries(running.map(({ name, inputs }) => [name, inputs["networksAdvanced"]]));
    expect(joined).to.deep.equal({
      registry: undefined,
      redis: [found(data, "redis")],
      postgres: [found(data, "postgres")],
      gateway: [found(services, "gateway"), { name: outside }],
      core: [found(services, "core"), { name: data }],
      llm: [found(services, "llm")],
      tts: [found(services, "tts")],
      stt: [found(services, "stt")],
      vad: [found(services, "vad")],
    });
  });

  it("has a file system in memory only if it must write, and cannot execute from there", () => {
    for (const { name, inputs } of running) {
      for (const options of Object.values(at(inputs, "tmpfs") ?? {})) {
        const [uid, gid] = String(inputs["user"]).split(":");
        expect(options, name)
          .to.contain("noexec")
          .and.contain("nosuid")
          .and.contain(`uid=${uid ?? ""},gid=${gid ?? ""}`);
      }
    }
  });

  it("uses TLS at its endpoint if it has a certificate", async () => {
    const stack = await up({ gateway: { tls: { certificate: "CERTIFICATE", key: "KEY" } } });
    expect(at(stack.component("MorganStack").outputs, "endpoint")).to.equal("https://127.0.0.1:8080");
    const uploads = stack.get("container", "gateway-files").inputs["uploads"];
    expect(at(uploads, "0.content")).to.match(/^ {2}bind :8080 ssl crt \/usr\/local\/etc\/haproxy\/tls\.pem /m);
    expect(at(uploads, "1")).to.include({ file: "/usr/local/etc/haproxy/tls.pem", content: "CERTIFICATE\nKEY" });
  });

  it("listens on the configured address", async () => {
    const open = await up({ gateway: { address: "0.0.0.0", port: 80 } });
    expect(open.get("container", "gateway").inputs["ports"]).to.deep.equal([
      { ip: "0.0.0.0", external: 80, internal: 8080 },
    ]);
    expect(at(open.component("MorganStack").outputs, "endpoint")).to.equal("http://0.0.0.0:80");
    const named = await up({ gateway: { name: "morgan.example.com", port: 443 } });
    expect(at(named.component("MorganStack").outputs, "endpoint")).to.equal("http://morgan.example.com:443");
  });
});

describe("a stack that takes over volumes", () => {
  useProject();

  it("imports the volumes by their names, and makes the others", async () => {
    const adoptedVolumes = { "postgres-data": "morgan-dev-postgres-data-0000000" };
    const stack = await record(
      () =>
        new MorganStack("morgan", {
          config: stackConfig(),
          identity: IDENTITY,
          adoptedVolumes,
          engine: fakeEngine(),
          facts: FACTS,
          gpuPlan: NO_GPU,
        }),
    );
    const imported = stack.of("volume").filter(({ importId }) => importId !== "");
    expect(imported.map(({ name, importId }) => [name, importId])).to.deep.equal([
      ["postgres-data", "morgan-dev-postgres-data-0000000"],
    ]);
    expect(stack.names("volume")).to.include("redis-data");
  });
});

describe("a stack from before states had ids", () => {
  useProject();

  it("gets no other input than labels, which are ignored, and the identity for its readiness gate", async () => {
    const inputsOf = async (legacy: boolean, preview: boolean): Promise<Record<string, unknown>> => {
      const identity = legacy ? { ...IDENTITY, legacy } : { stack: "dev", id: "old", legacy: false, label: "old" };
      const all = await record(
        () =>
          new MorganStack("morgan", {
            config: stackConfig(),
            identity,
            engine: fakeEngine(),
            facts: FACTS,
            gpuPlan: NO_GPU,
          }),
        { preview },
      );
      return Object.fromEntries(
        all.all.map(({ type, name, inputs, ignoreChanges }) => [
          `${type} ${name}`,
          Object.fromEntries(
            Object.entries(inputs).filter(
              ([key]) => !ignoreChanges.includes(key) && !(name === "settled" && key === "stdin"),
            ),
          ),
        ]),
      );
    };
    for (const preview of [false, true]) {
      expect(await inputsOf(true, preview)).to.deep.equal(await inputsOf(false, preview));
    }
  });
});
