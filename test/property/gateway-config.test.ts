import { expect } from "chai";
import fc from "fast-check";
import { gatewayConfig, type Route } from "../../components/deploy/gateway-config.ts";

const routes = fc
  .uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/), { minLength: 1, maxLength: 8 })
  .filter((names) => !names.includes("published"))
  .map((names) => names.map((name, index): Route => ({ name, port: 8000 + index })));

/** The sections of a configuration: what begins at the margin, with the lines below it. */
function sections(config: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of config.split("\n").filter((text) => text !== "")) {
    if (line.startsWith("  ")) lines.push(line.trim());
    else {
      expect(found.has(line), `${line} is there once`).to.equal(false);
      found.set(line, (lines = []));
    }
  }
  return found;
}

const read = (given: readonly Route[]): Map<string, string[]> =>
  sections(gatewayConfig({ routes: given, published: given[0]?.name ?? "", publishedPort: 8080 }));

describe("the gateway's configuration", () => {
  it("has a way in and a set of servers for each service, and the published port, and nothing else", () => {
    fc.assert(
      fc.property(routes, (given) => {
        const ways = given.flatMap(({ name }) => [`frontend ${name}`, `backend ${name}`]);
        const fixed = ["global", "resolvers engine", "defaults", "frontend published"];
        expect([...read(given).keys()]).to.have.members([...fixed, ...ways]);
      }),
    );
  });

  it("leads each port to the containers of its service, and the published one to the published service", () => {
    fc.assert(
      fc.property(routes, (given) => {
        const config = read(given);
        for (const { name, port } of given) {
          expect(config.get(`frontend ${name}`)).to.deep.equal([`bind :${port}`, `default_backend ${name}`]);
          expect(config.get(`backend ${name}`)?.at(-1)).to.match(
            new RegExp(`^server-template ${name} \\d+ ${name}:${port} `),
          );
        }
        const first = given[0]?.name ?? "";
        expect(config.get("frontend published")).to.deep.equal(["bind :8080", `default_backend ${first}`]);
      }),
    );
  });

  it("asks every container whether it is ready, and starts without any that can be found", () => {
    fc.assert(
      fc.property(routes, (given) => {
        for (const [section, lines] of read(given)) {
          if (!section.startsWith("backend ")) continue;
          expect(lines[0]).to.equal("http-check send meth GET uri /ready");
          expect(lines[1]).to.match(/ check resolvers engine init-addr last,none$/);
        }
      }),
    );
  });

  it("is the same text for the same routes, so that the gateway is not replaced for nothing", () => {
    fc.assert(
      fc.property(routes, (given) => {
        const args = { routes: given, published: given[0]?.name ?? "", publishedPort: 8080 };
        expect(gatewayConfig(structuredClone(args))).to.equal(gatewayConfig(args));
      }),
    );
  });
});
