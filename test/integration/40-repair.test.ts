import { expect } from "chai";
import { ClientLogin } from "./support/client-login.ts";
import { common } from "./support/common.ts";
import { containersOf, docker, healthOf, idsOf, leftovers, lines } from "./support/engine.ts";
import { killUpAt } from "./support/kill-up.ts";
import { digestOf, manifestOf, moveTag, removeManifest } from "./support/registry.ts";
import { chat } from "./support/requests.ts";
import { sharedStack } from "./support/shared-stack.ts";
import { TestStack } from "./support/test-stack.ts";

describe("things that were removed by hand", () => {
  let stack: TestStack;
  let roles: string[];

  before(async () => {
    stack = await sharedStack();
    roles = Object.keys(idsOf(stack.name));
  });

  const id = (role: string): string => idsOf(stack.name)[role] ?? "";
  const tag = async (name: string): Promise<string> =>
    `${(await stack.outputs()).registry}/images:${name}.${stack.name}`;
  const refresh = async (): Promise<string> => {
    const { code, output } = await stack.commandLine("up", "--refresh");
    expect(code, output).to.equal(0);
    return output;
  };

  afterEach("every container is healthy, and the next up changes nothing", async () => {
    expect(Object.keys(idsOf(stack.name))).to.have.members(roles);
    for (const [role, { State }] of Object.entries(containersOf(stack.name))) {
      expect(State.Health?.Status, role).to.equal("healthy");
    }
    expect((await chat((await stack.outputs()).endpoint, "all there")).status).to.equal(200);
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });

  it("a service, the gateway and the registry are repaired by the next up --refresh", async () => {
    for (const role of ["vad", "gateway", "registry"]) docker("rm", "--force", id(role));
    await stack.up({ refresh: true });
  });

  it("a service whose image is gone too, and a files container, are repaired", async () => {
    const image = containersOf(stack.name)["vad"]?.Config.Image ?? "";
    docker("rm", "--force", id("vad"));
    docker("image", "rm", image);
    expect(() => docker("image", "inspect", image)).to.throw("No such image");
    const filesContainer = ["--filter", `label=morgan.stack=${stack.name}`, "--filter", "label=morgan.role=core-files"];
    docker("rm", "--force", docker("ps", "--all", "--quiet", ...filesContainer).trim());
    await refresh();
    expect(containersOf(stack.name)["vad"]?.Config.Image).to.equal(image);
  });

  it("networks are repaired, with their containers or below a container that is left", async () => {
    const networks = (): string[] =>
      lines(docker("network", "ls", "--quiet", "--filter", `label=morgan.stack=${stack.name}`));
    const before = networks();
    // One container stays. It is disconnected, because the engine removes no network with a running container.
    const names = "{{range $name, $_ := .NetworkSettings.Networks}}{{println $name}}{{end}}";
    for (const name of lines(docker("inspect", "--format", names, id("llm")))) {
      docker("network", "disconnect", "--force", name, id("llm"));
    }
    const others = roles.filter((role) => role !== "llm" && role !== "registry");
    docker("rm", "--force", ...others.map(id));
    docker("network", "rm", ...before);
    await refresh();
    expect(networks()).to.have.length(before.length);
    expect(common(networks(), before), "every network is made again").to.deep.equal([]);
  });

  it("images and tags in the registry are repaired", async () => {
    const digests = async (): Promise<unknown> =>
      Promise.all(["base", "core", "vad", "debian"].map(async (name) => digestOf(await tag(name))));
    const before = await digests();
    for (const name of ["base", "core"]) await removeManifest(await tag(name));
    await moveTag(await tag("vad"), await tag("llm"));
    expect(await digests()).to.not.deep.equal(before);
    const output = await refresh();
    expect(output)
      .to.include(`made again`)
      .and.include(await tag("vad"));
    expect(await digests()).to.deep.equal(before);
  });

  it("the registry with its whole content is repaired", async () => {
    const volume = containersOf(stack.name)["registry"]?.Mounts.find(({ Name }) => Name !== undefined)?.Name ?? "";
    docker("rm", "--force", id("registry"));
    docker("volume", "rm", volume);
    await refresh();
    const { images } = await stack.outputs();
    for (const { ref } of Object.values(images)) expect((await manifestOf(ref)).layers.length).to.be.greaterThan(0);
  });
});

describe("an up that is killed", () => {
  let stack: TestStack;
  const client = new ClientLogin();

  before(async () => {
    stack = await TestStack.create({ services: ["llm"] }, { variables: client.variables });
  });

  after(async () => {
    client.remove();
    await stack.dispose();
  });

  for (const moment of [
    "registry-image creating",
    "Container registry creat",
    "Image base creat",
    "Container llm creat",
  ]) {
    it(`a killed up at "${moment}" is repaired by the next up`, async () => {
      await killUpAt(stack, moment);
      const { code, output } = await stack.commandLine("up");
      expect(code, output).to.equal(0);
      expect(output).to.include("putting right what it left");
      expect(client.copies(stack), "files with a login of the Docker client").to.deep.equal([]);
      expect(client.leftByRuns(stack)).to.deep.equal([]);
      expect(healthOf(stack.name, "llm")).to.equal("healthy");
      expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
      await stack.destroy();
      expect(leftovers(stack.name)).to.deep.equal([]);
    });
  }
});
