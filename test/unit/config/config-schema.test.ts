import { readFileSync } from "node:fs";
import { expect } from "chai";
import { parseValues } from "../../../components/config/values.ts";
import { catalog } from "../../../services/catalog.ts";
import { declaredKeys, stackValues } from "../support/pulumi-yaml.ts";

const machine = { baseImages: "registry", cache: "/var/cache/morgan" } as const;
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
    parseValues(values, catalog, machine);
  }
  return read;
}

describe("the configuration's schema", () => {
  it("declares every key that the program reads, and none besides", () => {
    expect(declared.map(({ key }) => key)).to.have.members([...keysRead()]);
  });

  it("leaves out the secrets, which may be missing: a declared key has a default or has to be set", () => {
    const source = readFileSync(new URL("../../../components/config/config.ts", import.meta.url), "utf8");
    const secrets = [...source.matchAll(/\.(?:get|require)\w*\("(\w+)"[,)]/g)].map(([, key]) => key);
    expect(secrets).to.have.members(["llmApiKey", "apiToken", "registryPassword", "pypiPassword", "aptPassword"]);
    for (const secret of secrets) expect(declared.map(({ key }) => key)).not.to.include(secret);
  });

  it("is in the documentation, key by key", () => {
    const page = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8");
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
    const { problems } = parseValues((key) => defaults.get(key), catalog, machine);
    expect(problems).to.deep.equal([]);
  });

  it("has the defaults that the program has by itself", () => {
    const ports = (key: string): string | undefined =>
      ({ gatewayPort: "8080", registryPort: "5101", baseRevision: defaults.get("baseRevision") })[key];
    const withDefaults = parseValues((key) => ports(key) ?? defaults.get(key), catalog, machine);
    expect(withDefaults).to.deep.equal(parseValues(ports, catalog, machine));
  });

  it("is filled in without what belongs to one machine: a salt that only its passphrase fits", () => {
    for (const stack of ["dev", "prod"]) {
      const text = readFileSync(new URL(`../../../Pulumi.${stack}.yaml`, import.meta.url), "utf8");
      expect(text, stack).to.not.match(/encryptionsalt|secure:/);
    }
  });

  for (const stack of ["dev", "prod"]) {
    it(`is met by the ${stack} stack, which sets only what is declared`, () => {
      const values = stackValues(stack);
      expect(values.size).to.be.above(0);
      expect(declared.map(({ key }) => key)).to.include.members([...values.keys()]);
      const { problems } = parseValues((key) => values.get(key) ?? defaults.get(key), catalog, machine);
      expect(problems).to.deep.equal([]);
    });
  }

  it("protects the data of prod, keeps it to its size budgets and to what dev has proved, and lets both stacks run on one machine", () => {
    const parse = (stack: string): ReturnType<typeof parseValues>["values"] =>
      parseValues((key) => stackValues(stack).get(key), catalog, machine).values;
    const [dev, prod] = [parse("dev"), parse("prod")];
    expect([dev.protectData, prod.protectData]).to.deep.equal([false, true]);
    expect([dev.sizeBudgets, prod.sizeBudgets]).to.deep.equal(["warn", "enforce"]);
    expect([dev.promoteFrom, prod.promoteFrom]).to.deep.equal(["", "dev"]);
    const ports = [dev, prod].flatMap(({ gateway, registry }) => [
      gateway.port,
      registry.kind === "local" ? registry.port : undefined,
    ]);
    expect(new Set(ports)).to.have.property("size", 4);
  });
});
