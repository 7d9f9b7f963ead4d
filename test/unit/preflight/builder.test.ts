import { expect } from "chai";
import type { Problem } from "../../../components/lib/errors.ts";
import { checkBuilder } from "../../../components/preflight/builder.ts";
import { stackConfig } from "../support/config.ts";
import { fakeHost } from "../support/host.ts";
import { useLogs } from "../support/logs.ts";

const SOCKET = "unix:///var/run/docker.sock";
const node = (endpoint: string, opts?: object): object => ({ Endpoint: endpoint, ...(opts && { DriverOpts: opts }) });

/** The builders of a client, as buildx 0.29 prints them. */
const BUILDERS = [
  { Name: "ci", Driver: "docker-container", Nodes: [node(SOCKET)] },
  { Name: "wide", Driver: "docker-container", Nodes: [node(SOCKET, { network: "host" })] },
  { Name: "both", Driver: "docker-container", Nodes: [node(SOCKET, { network: "host" }), node("tcp://gpu:2375")] },
  { Name: "gpu", Driver: "docker-container", Nodes: [node("tcp://gpu:2375", { network: "host" })] },
  { Name: "named", Driver: "docker-container", Nodes: [node("box", { network: "host" })] },
  { Name: "cluster", Driver: "kubernetes", Nodes: [node("kubernetes:///cluster")] },
  { Name: "far", Driver: "remote", Nodes: [node("tcp://build:1234")] },
  { Name: "other", Driver: "docker", Nodes: [node("other")] },
  { Name: "default", Driver: "docker", Nodes: [node("default")] },
];

describe("the builder", () => {
  const logs = useLogs();
  const check = (builder: string, registry = "local", output?: string): Promise<Problem[]> => {
    const host = fakeHost();
    if (output !== "")
      host.programs.set("docker buildx", output ?? BUILDERS.map((one) => JSON.stringify(one)).join("\n"));
    const harbor = { kind: "remote", host: "harbor.example.com", project: "m" } as const;
    const images = { builder, ...(registry === "local" ? {} : { registry: harbor }) };
    return checkBuilder(stackConfig({ images }), host);
  };

  it("is not asked for if it is the engine's own", async () => {
    expect(await check("default", "local", "")).to.deep.equal([]);
  });

  it("has to be there", async () => {
    const [problem, ...others] = await check("nosuch", "harbor");
    expect(problem).to.include({ key: "morgan:builder", found: '"nosuch"' });
    expect(problem?.expected).to.contain("ci, wide, both");
    expect(others).to.deep.equal([]);
    expect((await check("ci", "local", "")).map(({ found }) => found)).to.deep.equal(["no docker client"]);
  });

  for (const name of ["ci", "both", "gpu", "cluster", "other"]) {
    it(`is refused with the stack's own registry if it does not reach that: ${name}`, async () => {
      const [problem, ...others] = await check(name);
      expect(problem?.key).to.equal("morgan:builder");
      expect(problem?.expected).to.contain("127.0.0.1:5101");
      expect(problem?.found).to.contain(`"${name}", wh`);
      expect(others).to.deep.equal([]);
      expect(await check(name, "harbor")).to.deep.equal([]);
    });
  }

  it("is accepted with the network of the engine's host", async () => {
    for (const name of ["wide", "named"]) expect(await check(name), name).to.deep.equal([]);
    expect(logs.warn).to.deep.equal([]);
  });

  it("causes a warning if it is somewhere else", async () => {
    expect(await check("far")).to.deep.equal([]);
    expect(logs.warn.join()).to.contain('"far"').and.contain("127.0.0.1:5101");
  });
});
