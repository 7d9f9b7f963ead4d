import { expect } from "chai";
import fc from "fast-check";
import { networksOf } from "../../../components/deploy/service/networks.ts";
import { GATEWAY_NETWORKS } from "../../../components/deploy/container/networks.ts";
import type { Compute, Wiring } from "../../../components/deploy/service/wiring.ts";
import { selectServices, type StackService } from "../../../components/catalog/select.ts";
import type { Backing, Service, Variant } from "../../../components/catalog/service.ts";
import { testCatalog } from "../../unit/support/catalog.ts";

const variant = fc.nat({ max: 4096 }).map((vramMiB): Variant => ({ ...testCatalog.tts.variants.cuda, vramMiB }));
const entry: fc.Arbitrary<Service> = fc.record({
  description: fc.string(),
  port: fc.integer({ min: 1024, max: 65_535 }),
  published: fc.boolean(),
  calls: fc.subarray(Object.keys(testCatalog)),
  backing: fc.subarray<Backing>(["redis", "postgres"]),
  languageModel: fc.boolean(),
  variants: fc.record({ cpu: variant, cuda: variant }),
  cpus: fc.integer({ min: 1, max: 8 }),
});
const service: fc.Arbitrary<StackService> = fc
  .tuple(entry, fc.constantFrom("cpu" as const, "cuda" as const))
  .map(([made, accelerator]) =>
    only(selectServices({ ...testCatalog, made }, { services: ["made"], accelerator, cudaVersion: "12.4" })),
  );

function only(services: readonly StackService[]): StackService {
  const [found] = services;
  if (found === undefined) throw new Error("nothing was selected");
  return found;
}

const backing = fc.option(fc.constant({ url: "", password: "" }), { nil: undefined });
const wiring: fc.Arbitrary<Wiring> = fc.record({
  redis: backing,
  postgres: backing,
  llm: fc.record({
    endpoint: fc.constantFrom("", "https://llm.example.com/v1"),
    model: fc.string(),
    apiKey: fc.constant(undefined),
  }),
  bodyLimit: fc.nat(),
  openApi: fc.boolean(),
  history: fc.constant({ days: 365, size: 1, sessionTurns: 1, sessionSize: 1 }),
});
const compute: fc.Arbitrary<Compute> = fc.record({
  onGpu: fc.boolean(),
  model: fc.constantFrom(
    undefined,
    { kind: "folder", path: "/srv/models" } as const,
    { kind: "hub", id: "org/name" } as const,
  ),
  offline: fc.boolean(),
});

describe("the networks of any service", () => {
  const holds = (
    check: (service: StackService, wiring: Wiring, compute: Compute, networks: string[]) => void,
  ): void => {
    fc.assert(
      fc.property(service, wiring, compute, (entry, wired, computing) => {
        check(entry, wired, computing, networksOf(entry, wired, computing));
      }),
    );
  };

  it("include the network of the gateway, over which services call each other", () => {
    holds((_entry, _wired, _computing, networks) => {
      expect(networks.filter((name) => name === "services")).to.have.length(1);
      expect(GATEWAY_NETWORKS).to.include("services");
    });
  });

  it("include the data network if the service uses a backing service; the gateway is not on it", () => {
    holds((entry, wired, _computing, networks) => {
      expect(networks.includes("data")).to.equal(entry.backing.some((name) => wired[name] !== undefined));
      expect(GATEWAY_NETWORKS).not.to.include("data");
    });
  });

  it("lead outside only for a configured language model, or for weights from the model hub", () => {
    holds((entry, wired, { model, offline }, networks) => {
      const asks = entry.languageModel && wired.llm.endpoint !== "";
      const downloads = entry.variant.vramMiB > 0 && model?.kind === "hub" && !offline;
      expect(networks.includes("outside")).to.equal(asks || downloads);
    });
  });

  it("do not depend on its port, its description and its calls", () => {
    holds((entry, wired, computing, networks) => {
      const other = { ...entry, port: 9999, description: "", published: !entry.published, calls: [] };
      expect(networksOf(other, wired, computing)).to.deep.equal(networks);
    });
  });
});
