import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { expect } from "chai";
import { GATEWAY_PORT } from "../../components/catalog/image-contract.ts";
import { catalog } from "../../services/catalog.ts";
import { containersOf, docker, filesContainersOf, type InspectedContainer } from "./support/engine.ts";
import {
  hostAddress,
  joinedBy,
  listenAt,
  networksOfStack,
  reachable,
  type InspectedNetwork,
  type Target,
} from "./support/network.ts";
import { chat } from "./support/requests.ts";
import { sharedStack } from "./support/shared-stack.ts";
import type { TestStack } from "./support/test-stack.ts";

const SERVICES = Object.keys(catalog) as (keyof typeof catalog)[];

/** Memory and CPUs of the containers that are not services. */
const SIZES: Readonly<Record<string, { mebibytes: number; cpus: number }>> = {
  gateway: { mebibytes: 1024, cpus: 1 },
  redis: { mebibytes: 256, cpus: 1 },
  postgres: { mebibytes: 512, cpus: 1 },
  registry: { mebibytes: 512, cpus: 2 },
};

const NETWORKS: Readonly<Record<string, readonly string[]>> = {
  gateway: ["network", "services-network"],
  core: ["data-network", "services-network"],
  llm: ["services-network"],
  tts: ["services-network"],
  stt: ["services-network"],
  vad: ["services-network"],
  redis: ["data-network"],
  postgres: ["data-network"],
  registry: ["the engine's own"],
};

describe("the limits of a running container", () => {
  let stack: TestStack;
  let containers: Record<string, InspectedContainer>;
  let networks: Record<string, InspectedNetwork>;

  before(async () => {
    stack = await sharedStack();
    containers = containersOf(stack.name);
    networks = networksOfStack(stack.name);
  });

  const all = (check: (container: InspectedContainer, role: string) => void): void => {
    expect(Object.keys(containers)).to.have.members([...SERVICES, ...Object.keys(SIZES)]);
    for (const [role, container] of Object.entries(containers)) check(container, role);
  };

  it("every container runs without root, capabilities, new privileges, devices and files of the host", () => {
    all(({ Config, HostConfig, Mounts }, role) => {
      expect(Config.User, role).to.match(/^[1-9]\d*:[1-9]\d*$/);
      expect(HostConfig.Privileged, role).to.equal(false);
      expect(HostConfig.CapDrop, role).to.deep.equal(["ALL"]);
      expect(HostConfig.CapAdd ?? [], role).to.deep.equal([]);
      expect(HostConfig.SecurityOpt, role).to.deep.equal(["no-new-privileges:true"]);
      expect([HostConfig.PidMode, HostConfig.IpcMode], role).to.deep.equal(["", "private"]);
      expect([HostConfig.Devices ?? [], HostConfig.DeviceRequests ?? []], role).to.deep.equal([[], []]);
      expect(
        Mounts.filter(({ Type, Source }) => Type !== "volume" || Source.includes("docker.sock")),
        role,
      ).to.deep.equal([]);
    });
  });

  it("every container has a read-only root file system", () => {
    all(({ HostConfig }, role) => {
      expect(HostConfig.ReadonlyRootfs, role).to.equal(true);
    });
  });

  it("no container can write its configuration and secrets", () => {
    for (const role of ["core", "redis", "postgres"]) {
      const secrets = containers[role]?.Mounts.filter(({ Destination }) => Destination === "/run/secrets");
      expect(
        secrets?.map(({ RW }) => RW),
        role,
      ).to.deep.equal([false]);
    }
    const configuration = containers["gateway"]?.Mounts.map(({ RW }) => RW);
    expect(configuration).to.deep.equal([false]);
  });

  it("every container has its own limits of memory and CPUs, and no swap", () => {
    all(({ HostConfig }, role) => {
      const service = catalog[role as keyof typeof catalog] as (typeof catalog)["core"] | undefined;
      const [amount = "0", unit] = service?.variants.cpu.memory.split(" ") ?? [];
      const size = SIZES[role] ?? { mebibytes: Number(amount) * (unit === "GiB" ? 1024 : 1), cpus: service?.cpus ?? 0 };
      expect(HostConfig.Memory, role).to.equal(size.mebibytes * 1024 * 1024);
      expect(HostConfig.MemorySwap, role).to.equal(HostConfig.Memory);
      expect(HostConfig.NanoCpus, role).to.equal(size.cpus * 1e9);
    });
  });

  it("every container has a limit of processes", () => {
    all(({ HostConfig }, role) => {
      expect(HostConfig.PidsLimit ?? 0, role).to.be.greaterThan(0);
    });
  });

  it("every container has an init process, a restart policy and a rotated log", () => {
    all(({ HostConfig }, role) => {
      expect(HostConfig.Init, role).to.equal(true);
      expect(HostConfig.RestartPolicy.Name, role).to.equal("unless-stopped");
      const Config = { "max-size": "10m", "max-file": "3" };
      expect(HostConfig.LogConfig, role).to.deep.equal({ Type: "json-file", Config });
    });
  });

  it("every container is on the networks that it needs, and on no other", () => {
    const joined = Object.entries(containers).map(([role, container]) => [role, joinedBy(container, networks)]);
    expect(Object.fromEntries(joined)).to.deep.equal(NETWORKS);
  });

  it("the gateway and the registry alone publish a port, on loopback", () => {
    const published = Object.entries(containers).flatMap(([role, { NetworkSettings }]) =>
      Object.values(NetworkSettings.Ports)
        .flatMap((bindings) => bindings ?? [])
        .map(({ HostIp, HostPort }) => `${role} ${HostIp}:${HostPort}`),
    );
    expect(published).to.have.members([
      `gateway 127.0.0.1:${String(stack.gatewayPort)}`,
      `registry 127.0.0.1:${String(stack.registryPort)}`,
    ]);
  });

  it("files containers never start, and have no network", () => {
    const filesContainers = filesContainersOf(stack.name);
    expect(Object.keys(filesContainers)).to.have.members([
      "gateway-files",
      "redis-files",
      "postgres-files",
      "core-files",
    ]);
    for (const [role, { HostConfig, Mounts }] of Object.entries(filesContainers)) {
      expect(HostConfig.NetworkMode, role).to.equal("none");
      expect(HostConfig.Privileged, role).to.equal(false);
      expect([...new Set(Mounts.map(({ Type }) => Type))], role).to.deep.equal(["volume"]);
    }
  });
});

describe("the networks of a running stack", () => {
  let networks: Record<string, InspectedNetwork>;
  let containers: Record<string, InspectedContainer>;
  let host: { address: string; port: number; close: () => void };

  before(async () => {
    const { name } = await sharedStack();
    networks = networksOfStack(name);
    containers = containersOf(name);
    const { network } = networks;
    const address = network === undefined ? "" : hostAddress(network);
    host = { address, ...(await listenAt(address)) };
  });
  after(() => {
    host.close();
  });
  const from = (role: string, targets: readonly Target[]): string[] => reachable(containers[role]?.Id ?? "", targets);
  const outside = (): Target => `${host.address}:${host.port}`;
  const stores = (): Target[] => {
    const addressOf = (role: string): string =>
      containers[role]?.NetworkSettings.Networks[networks["data-network"]?.Name ?? ""]?.IPAddress ?? "";
    const found: Target[] = ["redis:6379", `${addressOf("redis")}:6379`];
    return [...found, "postgres:5432", `${addressOf("postgres")}:5432`];
  };
  const GATEWAY: Target = `gateway:${catalog.vad.port}`;

  it("services reach the gateway and nothing outside, and core alone reaches the data", () => {
    for (const role of SERVICES) {
      const expected = role === "core" ? [GATEWAY, ...stores()] : [GATEWAY];
      expect(from(role, [GATEWAY, outside(), ...stores()]), role).to.deep.equal(expected);
    }
  });

  it("the gateway reaches the outside, which its published port needs, and not the data", () => {
    // By name only: some networks outside the stack answer for every address.
    const targets = [outside(), "redis:6379", "postgres:5432"] as const;
    expect(from("gateway", targets)).to.deep.equal([outside()]);
  });

  it("the gateway's ports for the services are open to no one outside the services' network", async () => {
    const address = containers["gateway"]?.NetworkSettings.Networks[networks["network"]?.Name ?? ""]?.IPAddress ?? "";
    const opens = async (port: number): Promise<string> => {
      const socket = connect(port, address);
      return once(socket, "connect")
        .then(
          () => "open",
          (error: unknown) => (error as NodeJS.ErrnoException).code ?? "",
        )
        .finally(() => socket.destroy());
    };
    expect(await opens(GATEWAY_PORT), "the published port").to.equal("open");
    for (const { port } of Object.values(catalog)) expect(await opens(port), String(port)).to.equal("ECONNREFUSED");
  });

  it("Redis and PostgreSQL reach nothing but each other", () => {
    for (const role of ["redis", "postgres"]) {
      expect(from(role, [outside(), GATEWAY, ...stores()]), role).to.deep.equal(stores());
    }
  });

  it("the host has an address only on the network that leads out", () => {
    expect(Object.keys(networks)).to.have.members(["network", "services-network", "data-network"]);
    const addresses = (role: string): string[] => {
      const found = networkInterfaces()[`br-${networks[role]?.Id.slice(0, 12) ?? ""}`] ?? [];
      return found.filter(({ family }) => family === "IPv4").map(({ address }) => address);
    };
    expect(addresses("network")).to.deep.equal([host.address]);
    for (const role of ["services-network", "data-network"]) {
      expect(networks[role]?.Internal, role).to.equal(true);
      expect(addresses(role), role).to.deep.equal([]);
    }
  });
});

describe("the registry of a running stack", () => {
  let url: string;
  let stack: TestStack;

  before(async () => {
    stack = await sharedStack();
    url = `http://127.0.0.1:${String(stack.registryPort)}/v2/`;
  });

  it("is read by everyone on the host", async () => {
    expect((await fetch(url)).status).to.equal(200);
    expect((await fetch(`${url}morgan/images/tags/list`)).status).to.equal(200);
  });

  it("takes no write without the login of the stack's builds", async () => {
    const manifest = `${url}morgan/images/manifests/core.${stack.name}-cache`;
    const guessed = { authorization: `Basic ${Buffer.from("morgan:guessed").toString("base64")}` };
    for (const [method, target] of [
      ["POST", `${url}morgan/images/blobs/uploads/`],
      ["PUT", manifest],
      ["DELETE", manifest],
      ["PATCH", `${url}morgan/images/blobs/uploads/x`],
      ["POST", `${url}other/images/blobs/uploads/`],
    ] as const) {
      for (const headers of [{}, guessed]) {
        const answer = await fetch(target, { method, headers });
        expect(answer.status, `${method} ${target}`).to.equal(401);
        expect(await answer.json()).to.have.nested.property("errors[0].code", "UNAUTHORIZED");
      }
    }
  });

  it("listens to no other container but behind the guard", () => {
    const { Id = "" } = containersOf(stack.name)["registry"] ?? {};
    const address = docker("inspect", "--format", "{{.NetworkSettings.Networks.bridge.IPAddress}}", Id).trim();
    const open = (host: string, port: number): boolean =>
      docker(
        ...["exec", Id, "bash", "-c", `(exec 3<>/dev/tcp/${host}/${String(port)}) 2>/dev/null && echo open || true`],
      ).includes("open");
    expect(open(address, 5000)).to.equal(true);
    expect(open("127.0.0.1", 5001)).to.equal(true);
    expect(open(address, 5001)).to.equal(false);
  });
});

describe("the gateway of a running stack", () => {
  it("serves others while 700 connections have sent one byte", async () => {
    const { gatewayPort } = await sharedStack();
    let ended = 0;
    const sockets = await Promise.all(
      Array.from({ length: 700 }, async () => {
        const socket = connect(gatewayPort, "127.0.0.1").on("close", () => (ended += 1));
        await once(socket, "connect");
        socket.write("G");
        return socket;
      }),
    );
    try {
      expect((await chat(`http://127.0.0.1:${String(gatewayPort)}`, "how are you")).status).to.equal(200);
      expect(ended, "the connections are open until the answer").to.equal(0);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });
});
