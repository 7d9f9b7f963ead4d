import { expect } from "chai";
import type { ListedContainer } from "../../../components/engine/containers.ts";
import { roleLabels } from "../../../components/engine/labels.ts";
import type { Problem } from "../../../components/lib/errors.ts";
import { checkPorts } from "../../../components/preflight/ports.ts";
import { FACTS, IDENTITY, listing, stackConfig } from "../support/config.ts";
import { fakeHost, type FakeHost } from "../support/host.ts";
import { useLogs } from "../support/logs.ts";

/** A running container of a stack that has a port of the host. */
const publishing = (address: string, port: number, role = "gateway", stack = "dev"): ListedContainer => ({
  id: role,
  image: "sha256:0",
  running: true,
  labels: roleLabels({ ...IDENTITY, stack }, role),
  published: [{ address, port }],
});

/** A machine with the network address 10.0.0.7, whose engine runs these containers. Their listeners are there too. */
function machine(...containers: readonly ListedContainer[]): FakeHost {
  const host = fakeHost({ containers: listing(containers) });
  for (const { address, port } of containers.flatMap(({ published }) => published)) {
    host.listening.add(`${address}:${String(port)}`);
  }
  return host;
}

const check = (
  host: FakeHost,
  gateway: { readonly address?: string; readonly port?: number } = {},
  { engine = "unix:///var/run/docker.sock", name = "box", registryPort = 5101, isRootless = false } = {},
): Promise<Problem[]> =>
  checkPorts(
    stackConfig({
      gateway,
      engine: { host: engine },
      images: { registry: { kind: "local", port: registryPort } },
    }),
    host,
    { identity: IDENTITY, facts: { ...FACTS, name, isRootless } },
  );

describe("the address of the gateway", () => {
  useLogs();

  it("is one that the engine's host has, or all of them", async () => {
    for (const address of ["127.0.0.1", "127.0.0.2", "10.0.0.7", "0.0.0.0"]) {
      expect(await check(machine(), { address }), address).to.deep.equal([]);
    }
    const [problem, ...others] = await check(machine(), { address: "10.9.9.9" });
    expect(problem?.key).to.equal("morgan:gatewayAddress");
    expect(problem?.found).to.contain("10.9.9.9");
    expect(problem?.expected).to.contain("127.0.0.1, 10.0.0.7, 0.0.0.0");
    expect(others).to.deep.equal([]);
  });

  it("is refused before the gateway that has the port at another address is stopped", async () => {
    const found = await check(machine(publishing("127.0.0.1", 8080)), { address: "10.9.9.9" });
    expect(found.map(({ key }) => key)).to.deep.equal(["morgan:gatewayAddress"]);
  });

  it("cannot be checked if the engine is on another machine", async () => {
    expect(await check(machine(), { address: "10.9.9.9" }, { engine: "tcp://gpu:2375" })).to.deep.equal([]);
    expect(await check(machine(), { address: "10.9.9.9" }, { name: "docker-desktop" })).to.deep.equal([]);
  });
});

describe("a port that the stack publishes", () => {
  useLogs();

  it("may be another stack's at another address", async () => {
    const host = machine(publishing("127.0.0.2", 8080, "gateway", "prod"));
    expect(await check(host)).to.deep.equal([]);
    expect((await check(host, { address: "127.0.0.2" })).map(({ found }) => found)).to.deep.equal([
      'the stack "prod" has it',
    ]);
    expect((await check(host, { address: "0.0.0.0" })).map(({ found }) => found)).to.deep.equal([
      'the stack "prod" has it',
    ]);
  });

  it("may not be at all addresses of another stack", async () => {
    const host = machine(publishing("0.0.0.0", 8080, "gateway", "prod"));
    expect((await check(host)).map(({ key }) => key)).to.deep.equal(["morgan:gatewayPort"]);
  });

  it("is tried at the addresses that the stack's own gateway does not have yet", async () => {
    const host = machine(publishing("127.0.0.1", 8080));
    expect(await check(host, { address: "0.0.0.0" })).to.deep.equal([]);
    expect(await check(host, { address: "10.0.0.7" })).to.deep.equal([]);
    host.listening.add("10.0.0.7:8080");
    for (const address of ["0.0.0.0", "10.0.0.7"]) {
      expect((await check(host, { address })).map(({ found }) => found)).to.deep.equal([
        "another program listens at 10.0.0.7:8080",
      ]);
    }
    expect(await check(host)).to.deep.equal([]);
  });

  it("is free at one address if the stack's own gateway has it at all of them", async () => {
    expect(await check(machine(publishing("0.0.0.0", 8080)))).to.deep.equal([]);
  });

  it("is one that the user of an engine without root may open", async () => {
    const host = { ...machine(), tryListen: () => Promise.resolve("EACCES") };
    const found = await check(host, { port: 443 }, { isRootless: true });
    expect(found[0]).to.include({ key: "morgan:gatewayPort", found: "127.0.0.1:443, for root alone" });
    expect(await check(host, { port: 443 })).to.deep.equal([]);
  });

  it("may not be swapped between gateway and registry in one run", async () => {
    const host = machine(publishing("127.0.0.1", 8080), publishing("127.0.0.1", 5101, "registry"));
    const found = await check(host, { port: 5101 }, { registryPort: 8080 });
    expect(found.map(({ key, found: was }) => [key, was])).to.deep.equal([
      ["morgan:gatewayPort", "the registry of this stack has it"],
      ["morgan:registryPort", "the gateway of this stack has it"],
    ]);
    expect(found[0]?.fix).to.contain("third port");
  });
});
