import { readFileSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { expect } from "chai";
import { containersOf, docker, idsOf } from "./support/engine.ts";
import { underLoad } from "./support/load.ts";
import { chat } from "./support/requests.ts";
import { sharedStack } from "./support/shared-stack.ts";
import type { TestStack } from "./support/test-stack.ts";

const SOURCE = "components/deploy/gateway/published-frontend.ts";

describe("a changed configuration of the gateway", () => {
  let stack: TestStack;
  let source: string;

  before(async () => {
    stack = await sharedStack();
    source = readFileSync(join(stack.folder, SOURCE), "utf8");
  });

  after(async () => {
    writeFileSync(join(stack.folder, SOURCE), source);
    await stack.up();
  });

  /** Adds a line before the line that names the published service. */
  const withLine = (line: string): void => {
    const place = "default_backend ${service}";
    expect(source).to.include(place);
    writeFileSync(join(stack.folder, SOURCE), source.replace(place, `${line}\\n  ${place}`));
  };

  /** Returns the configuration that the gateway reads. */
  const configuration = (): string =>
    docker("exec", idsOf(stack.name)["gateway"] ?? "", "cat", "/usr/local/etc/haproxy/haproxy.cfg");

  it("two reloads while turns go on lose no request, and replace no container", async () => {
    const { endpoint } = await stack.outputs();
    const ids = idsOf(stack.name);
    const { report } = await underLoad(endpoint, async () => {
      for (const header of ["one", "two"]) {
        withLine(`http-response set-header x-morgan-test ${header}`);
        const changes = await stack.up();
        expect(changes.map(({ name }) => name)).to.have.members(["gateway-files", "gateway-config"]);
        expect(await headerOf(`${endpoint}/health`)).to.equal(header);
      }
    });
    expect(report.failures, JSON.stringify(report.served)).to.deep.equal([]);
    expect(report.served.chat).to.be.at.least(30);
    expect(report.served.voice).to.be.at.least(3);
    expect(idsOf(stack.name)).to.deep.equal(ids);
  });

  it("an invalid configuration fails the up, and the gateway keeps its old one, also after a restart", async () => {
    const good = configuration();
    withLine("no-such-word of-haproxy");
    expect(await stack.failure()).to.include("no-such-word");
    const { endpoint } = await stack.outputs();
    expect((await chat(endpoint, "still there")).status).to.equal(200);
    expect(configuration()).to.equal(good);
    docker("restart", idsOf(stack.name)["gateway"] ?? "");
    await waitUntilServed(endpoint);
    writeFileSync(join(stack.folder, SOURCE), source);
    await stack.up();
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });

  it("the configuration is on a volume that the gateway cannot write", () => {
    const { Id = "", Mounts = [] } = containersOf(stack.name)["gateway"] ?? {};
    const [mount] = Mounts.filter(({ Destination }) => Destination === "/usr/local/etc/haproxy");
    expect(mount?.Name).to.match(/-gateway-config-/);
    expect(() => docker("exec", Id, "touch", "/usr/local/etc/haproxy/new")).to.throw(/Read-only/);
  });
});

/** Returns the header on a new connection. HAProxy's old worker still serves the connections that it has. */
async function headerOf(url: string): Promise<string | string[] | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | string[] | undefined>();
  get(url, { agent: false }, (response) => {
    response.resume();
    resolve(response.headers["x-morgan-test"]);
  }).once("error", reject);
  return promise;
}

/** Waits until the stack answers a text turn. */
async function waitUntilServed(endpoint: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const status = await chat(endpoint, "there again").then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("nothing was served after the gateway's restart");
}
