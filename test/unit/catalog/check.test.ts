import { expect } from "chai";
import { checkCatalog } from "../../../components/catalog/check.ts";
import type { Catalog, Service } from "../../../components/catalog/service.ts";
import { checkTexts } from "../support/config.ts";
import { smallService, testCatalog } from "../support/catalog.ts";

const one = (changes: Partial<Service> = {}): Service => ({
  ...smallService("one", 8001),
  published: true,
  ...changes,
});
const two = (changes: Partial<Service> = {}): Service => ({ ...smallService("two", 8002), ...changes });
const keys = (catalog: Catalog): string[] => checkCatalog(catalog).map(({ key }) => key);

describe("a catalog", () => {
  it("has no problem if its services fit together", () => {
    expect(checkCatalog(testCatalog)).to.deep.equal([]);
    expect(checkCatalog({ one: one({ calls: ["two"] }), two: two() })).to.deep.equal([]);
  });

  it("is refused if two services have one port", () => {
    const [problem, ...others] = checkCatalog({ one: one(), two: two({ port: 8001 }) });
    expect(problem).to.include({ key: "services/catalog.ts two.port", found: "8001, which one has" });
    expect(others).to.deep.equal([]);
  });

  it("is refused if a service has a port of the gateway, or a port that it cannot have", () => {
    for (const port of [8080, 9998, 0, 80, 65_536, 8000.5, Number.NaN]) {
      expect(keys({ one: one({ port }) }), String(port)).to.deep.equal(["services/catalog.ts one.port"]);
    }
  });

  it("is refused if a service has a name of the stack's own, or a name that is none", () => {
    for (const name of ["gateway", "redis", "postgres", "base", "shared", "published", "a-b", "a_b", "A", "1a", ""]) {
      expect(keys({ [name]: one() }), name).to.deep.equal([`services/catalog.ts ${name}`]);
    }
  });

  it("is refused if a service calls a service that is not there, itself, or one twice", () => {
    for (const calls of [["three"], ["one"], ["two", "two"]]) {
      expect(keys({ one: one({ calls }), two: two() }), calls.join()).to.deep.equal(["services/catalog.ts one.calls"]);
    }
  });

  it("is refused if no service is published, or two, or if one gets no processor", () => {
    expect(keys({ one: one({ published: false }) })).to.deep.equal(["services/catalog.ts published"]);
    expect(keys({ one: one(), two: two({ published: true }) })).to.deep.equal(["services/catalog.ts published"]);
    expect(keys({ one: one({ cpus: 0 }) })).to.deep.equal(["services/catalog.ts one.cpus"]);
  });

  it("is checked with the configuration", () => {
    const values: Record<string, string> = { gatewayPort: "8080", registryPort: "5101" };
    const { problems } = checkTexts((key) => values[key], { catalog: { one: one({ port: 8080 }) } });
    expect(problems.map(({ key }) => key)).to.deep.equal(["services/catalog.ts one.port"]);
  });
});
