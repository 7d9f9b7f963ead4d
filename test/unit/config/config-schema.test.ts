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
  it("declares exactly the keys that the program reads", () => {
    expect(declared.map(({ key }) => key)).to.have.members([...keysRead()]);
  });

  it("declares no secret, because a declared key must have a value and a secret may be missing", () => {
    const secrets = new Set<string>();
    const secret = (key: string): undefined => void secrets.add(key);
    checkTexts(() => undefined, { catalog, machine, secret });
    expect([...secrets]).to.have.members([
      "llmApiKey",
      "hubToken",
      "apiToken",
      "registryPassword",
      "pypiPassword",
      "aptPassword",
    ]);
    for (const key of secrets) expect(declared.map(({ key: name }) => name)).not.to.include(key);
  });

  it("is in the documentation, with every key", () => {
    const page = readShipped("docs/configuration.md");
    const documented = [...page.matchAll(/^\| `(\w+)`/gm)].map(([, key]) => key);
    expect(documented).to.include.members(declared.map(({ key }) => key));
  });

  it("describes every key, and leaves its type to the program, which reports every wrong value at once", () => {
    for (const { key, default: value, description } of declared) {
      expect(value, key).to.be.a("string");
      expect(description, key).to.match(/^[A-Z'].{15,}\.'?$/);
    }
  });

  it("has a default for every key that must be set", () => {
    const { problems } = checkTexts((key) => defaults.get(key), { catalog, machine });
    expect(problems).to.deep.equal([]);
  });

  it("has the same defaults as the program", () => {
    const ports = (key: string): string | undefined =>
      ({ gatewayPort: "8080", registryPort: "5101", baseRevision: defaults.get("baseRevision") })[key];
    const withDefaults = checkTexts((key) => ports(key) ?? defaults.get(key), { catalog, machine });
    expect(withDefaults).to.deep.equal(checkTexts(ports, { catalog, machine }));
  });

  it("is filled in without an encryption salt, which fits the passphrase of one machine only", () => {
    for (const stack of ["dev", "prod"]) {
      const text = readShipped(`Pulumi.${stack}.yaml`);
      expect(text, stack).to.not.match(/encryptionsalt|secure:/);
    }
  });

  for (const stack of ["dev", "prod"]) {
    it(`accepts the ${stack} stack, which sets only declared keys`, () => {
      const values = stackValues(stack);
      expect(values.size).to.be.above(0);
      expect(declared.map(({ key }) => key)).to.include.members([...values.keys()]);
      const { problems } = checkTexts((key) => values.get(key) ?? defaults.get(key), { catalog, machine });
      expect(problems).to.deep.equal([]);
    });
  }

  it("gives prod protected data, enforced budgets, promotion from dev, and ports of its own", () => {
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
