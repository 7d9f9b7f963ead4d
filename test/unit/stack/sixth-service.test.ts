import { expect } from "chai";
import type { Catalog, Variant } from "../../../components/catalog/service.ts";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { MorganStack } from "../../../components/stack.ts";
import { small, smallService, testCatalog } from "../support/catalog.ts";
import { FACTS, fakeEngine, stackConfig, IDENTITY } from "../support/config.ts";
import { useProject, writeService } from "../support/project.ts";
import { record, type Registrations } from "../support/registrations.ts";
import { at } from "../support/wire.ts";

const wake: Variant = { ...small("wake"), memory: "256 MiB" };
const six: Catalog = {
  ...testCatalog,
  wake: { ...smallService("wake", 8005), calls: ["vad"], variants: { cpu: wake, cuda: wake } },
};

const up = (services: Catalog): Promise<Registrations> =>
  record(() => {
    const config = stackConfig({ catalog: services, services: Object.keys(services) });
    new MorganStack("morgan", { config, identity: IDENTITY, engine: fakeEngine(), facts: FACTS, gpuPlan: NO_GPU });
  });

const key = ({ type, name }: { readonly type: string; readonly name: string }): string =>
  `${type.split(":").at(-1) ?? ""} ${name}`;

describe("a sixth service, from one catalog entry, one requirements file and one folder", () => {
  const project = useProject();
  let five: Registrations;
  let all: Registrations;
  before(async () => {
    five = await up(testCatalog);
    writeService(project, "wake", [wake]);
    all = await up(six);
  });

  it("adds exactly its dependencies, its image and its container", () => {
    const old = new Set(five.all.map(key));
    expect(all.all.map(key).filter((resource) => !old.has(resource))).to.have.members([
      "ServiceDepsStage wake-deps",
      "Image wake-deps",
      "ServiceImage wake",
      "Image wake",
      "ServiceContainer wake",
      "Container wake",
    ]);
    expect(all.all.map(key)).to.include.members([...old]);
  });

  it("changes only the gateway's configuration and the containers of the readiness gate", () => {
    const before = new Map(five.all.map((resource) => [key(resource), JSON.stringify(resource.inputs)]));
    const changed = all.all
      .filter((resource) => !resource.type.startsWith("morgan:") && before.has(key(resource)))
      .filter((resource) => before.get(key(resource)) !== JSON.stringify(resource.inputs));
    expect(changed.map(key)).to.have.members(["Container gateway-files", "Command settled"]);
  });

  it("is reached over the gateway by its name and its port", () => {
    const config = String(at(all.get("container", "gateway-files").inputs, "uploads.0.content"));
    expect(config).to.match(
      /^frontend wake\n {2}bind ipv4@gateway:8005\n {2}option httpclose\n {2}default_backend wake$/m,
    );
    expect(config).to.contain("server-template wake 8 wake:8005 ");
    expect(at(all.component("MorganStack").outputs, "services.wake")).to.deep.equal({
      address: "http://gateway:8005",
      health: "healthy",
      device: "cpu",
    });
  });

  it("is built from its folder and its lock, with the same limits and checks as vad", () => {
    const { inputs, deleteBeforeReplace } = all.get("container", "wake");
    const { inputs: vad } = all.get("container", "vad");
    const own = ["image", "labels", "envs", "networksAdvanced", "healthcheck", "memory", "memorySwap"];
    const shared = (of: Readonly<Record<string, unknown>>): unknown =>
      Object.entries(of).filter(([name]) => !own.includes(name));
    expect(shared(inputs)).to.deep.equal(shared(vad));
    expect(inputs).to.include({ memory: 256, memorySwap: 256 });
    expect(inputs["envs"]).to.deep.equal([
      "MORGAN_MAX_BODY_BYTES=10485760",
      "MORGAN_PORT=8005",
      "MORGAN_VAD_URL=http://gateway:8004",
    ]);
    expect(deleteBeforeReplace).to.equal(false);
    expect(at(all.get("image", "wake").inputs, "dockerfile.inline")).to.contain('"morgan_wake"');
  });
});
