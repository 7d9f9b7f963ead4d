import { expect } from "chai";
import type { MorganConfig } from "../../../components/config/config.ts";
import { catalog } from "../../../services/catalog.ts";
import { checkTexts, MACHINE } from "../support/config.ts";
import { declaredKeys, stackValues } from "../support/pulumi-yaml.ts";
import { readShipped } from "../support/shipped.ts";

const machine = { ...MACHINE, baseImages: "registry" } as const;
const declared = declaredKeys();
const defaults = new Map(declared.flatMap(({ key, default: value }) => (value === undefined ? [] : [[key, value]])));

/** The keys that the program reads, with a registry of its own and with another. */
function keysRead(): Set<string> {
  const read = new Set<string>();
  for (const registry of ["local", "harbor.example.com/morgan"]) {
    const values = (key: string): string | undefined => {
      read.add(key);
      return key === "registry" ? registry : undefined;
    };
    checkTexts(values, { catalog, machine });
  }
  return read;
}

describe("the configuration's schema, with the shipped catalog", () => {
  it("declares every key that the program reads, and none besides", () => {
    expect(declared.map(({ key }) => key)).to.have.members([...keysRead()]);
  });

  it("leaves out the secrets, which may be missing: a declared key has a default or has to be set", () => {
    const secrets = new Set<string>();
    const secret = (key: string): undefined => void secrets.add(key);
    checkTexts(() => undefined, { catalog, machine, secret });
    expect([...secrets]).to.have.members(["llmApiKey", "apiToken", "registryPassword", "pypiPassword", "aptPassword"]);
    for (const key of secrets) expect(declared.map(({ key: name }) => name)).not.to.include(key);
  });

  it("is in the documentation, key by key", () => {
    const page = readShipped("docs/configuration.md");
    const documented = [...page.matchAll(/^\| `(\w+)`/gm)].map(([, key]) => key);
    expect(documented).to.include.members(declared.map(({ key }) => key));
  });

  it("says of every key what it is", () => {
    for (const { key, type, description } of declared) {
      expect(["string", "integer", "boolean", "array", "object"], key).to.include(type);
      expect(description, key).to.match(/^[A-Z'].{15,}\.'?$/);
    }
  });

  it("leaves nothing that has to be set", () => {
    const { problems } = checkTexts((key) => defaults.get(key), { catalog, machine });
    expect(problems).to.deep.equal([]);
  });

  it("has the defaults that the program has by itself", () => {
    const ports = (key: string): string | undefined =>
      ({ gatewayPort: "8080", registryPort: "5101", baseRevision: defaults.get("baseRevision") })[key];
    const withDefaults = checkTexts((key) => ports(key) ?? defaults.get(key), { catalog, machine });
    expect(withDefaults).to.deep.equal(checkTexts(ports, { catalog, machine }));
  });

  it("is filled in without what belongs to one machine: a salt that only its passphrase fits", () => {
    for (const stack of ["dev", "prod"]) {
      const text = readShipped(`Pulumi.${stack}.yaml`);
      expect(text, stack).to.not.match(/encryptionsalt|secure:/);
    }
  });

  for (const stack of ["dev", "prod"]) {
    it(`is met by the ${stack} stack, which sets only what is declared`, () => {
      const values = stackValues(stack);
      expect(values.size).to.be.above(0);
      expect(declared.map(({ key }) => key)).to.include.members([...values.keys()]);
      const { problems } = checkTexts((key) => values.get(key) ?? defaults.get(key), { catalog, machine });
      expect(problems).to.deep.equal([]);
    });
  }

  it("protects the data of prod, keeps it to its size budgets and to what dev has proved, and lets both stacks run on one machine", () => {
    const parse = (stack: string): MorganConfig =>
      checkTexts((key) => stackValues(stack).get(key), { catalog, machine }).config;
    const [dev, prod] = [parse("dev"), parse("prod")];
    expect([dev.data.protect, prod.data.protect]).to.deep.equal([false, true]);
    expect([dev.images.sizeBudgets, prod.images.sizeBudgets]).to.deep.equal(["warn", "enforce"]);
    expect([dev.release.promoteFrom, prod.release.promoteFrom]).to.deep.equal(["", "dev"]);
    const ports = [dev, prod].flatMap(({ gateway, images: { registry } }) => [
      gateway.port,
      registry.kind === "local" ? registry.port : undefined,
    ]);
    expect(new Set(ports)).to.have.property("size", 4);
  });
});
