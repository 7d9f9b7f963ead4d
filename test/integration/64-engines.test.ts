import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { connectEngine } from "../../components/engine/engine.ts";
import { engineAddress } from "../../toolchain/lib/engine-address.mjs";
import { idsOf } from "./support/engine.ts";
import { makeEngineCertificates } from "./support/engine-certificates.ts";
import { EngineWays } from "./support/engine-ways.ts";
import { SecondEngine } from "./support/second-engine.ts";
import { TestStack } from "./support/test-stack.ts";

describe("the engine of a stack", () => {
  const folder = mkdtempSync(join(tmpdir(), "morgan-ways-"));
  const certificates = makeEngineCertificates();
  const ways = new EngineWays(engineAddress(process.env).host.replace("unix://", ""), folder);
  const own = connectEngine(engineAddress(process.env));
  let stack: TestStack;

  before(async () => {
    stack = await TestStack.create({ services: ["vad"] });
    await stack.up();
  });

  after(async () => {
    ways.close();
    certificates.remove();
    await stack.dispose();
    rmSync(folder, { recursive: true });
  });

  const changeLine = (): void => {
    appendFileSync(join(stack.folder, "services/vad/morgan_vad/__main__.py"), "# one more line\n");
  };

  it("is an output, with the id and the name that the engine has", async () => {
    const { id, name, architecture, processors } = await own.facts();
    expect(await stack.outputs()).to.deep.include({ engine: { id, name, architecture, processors } });
  });

  for (const [way, variables] of [
    ["a link to its socket", () => Promise.resolve(ways.link())],
    ["TCP", () => ways.tcp("127.0.0.1")],
    ["TCP with IPv6", () => ways.tcp("::1")],
    ["a chosen docker context", () => Promise.resolve(ways.context())],
  ] as const) {
    it(`is reached through ${way} without any change`, async () => {
      await stack.withVariables(await variables(), async () => {
        expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
      });
    });
  }

  for (const [way, variables] of [
    ["TLS", () => ways.tls(certificates.server, certificates.client)],
    ["SSH", () => Promise.resolve(ways.ssh())],
  ] as const) {
    it(`builds and deploys through ${way}, and nothing else changes then or afterwards`, async () => {
      const before = idsOf(stack.name);
      changeLine();
      await stack.withVariables(await variables(), async () => {
        const changes = await stack.up();
        const types = new Set(changes.map(({ type, name }) => `${type} ${name}`));
        expect([...types]).to.have.members([
          "docker-build:Image vad",
          "docker:Container vad",
          "command:local:Command settled",
        ]);
        expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
      });
      const { vad, ...others } = idsOf(stack.name);
      expect(vad).not.to.equal(before["vad"]);
      expect({ ...others, vad: before["vad"] }).to.deep.equal(before);
      expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
    });
  }

  describe("beside another engine on the same machine", () => {
    let second: SecondEngine;
    let other: { readonly id: string; readonly name: string };
    let containers: Readonly<Record<string, string>>;

    before(async () => {
      second = await SecondEngine.start();
      other = await connectEngine({ host: `unix://${second.socket}`, certificates: "" }).facts();
      containers = idsOf(stack.name);
    });

    after(() => second.stop());

    it("that engine answers over TLS, with IPv4 and IPv6, to who has its certificates", async () => {
      for (const address of second.addresses) {
        const host = `tcp://${address}`;
        const found = await connectEngine({ host, certificates: second.certificates.client }).facts();
        expect(found.id, address).to.equal(other.id);
        const stranger = connectEngine({ host, certificates: certificates.client });
        expect(await stranger.facts().catch(String), address).to.match(/certificate|alert|ECONNRESET/);
      }
    });

    const refusal = async (message: string): Promise<void> => {
      const { id, name } = await own.facts();
      expect(message).to.contain(`${name} (${id})`).and.contain(`${other.name} (${other.id})`);
      expect(idsOf(stack.name)).to.deep.equal(containers);
      const strange = connectEngine({ host: `unix://${second.socket}`, certificates: "" });
      expect(await strange.containers({})).to.deep.equal([]);
    };

    for (const operation of ["up", "preview"] as const) {
      it(`plain pulumi ${operation} is refused there with both names`, async () => {
        await refusal(await stack.failure(operation, { DOCKER_HOST: `unix://${second.socket}` }));
      });
    }

    it("the commands that change something are refused there with both names", async () => {
      const dump = join(folder, "a.dump");
      writeFileSync(dump, "");
      const before = stack.state();
      await stack.withVariables({ DOCKER_HOST: `unix://${second.socket}` }, async () => {
        for (const command of [
          ["up"],
          ["rollback", "--yes"],
          ["destroy", "--yes"],
          ["backup"],
          ["restore", dump, "--yes"],
        ]) {
          const { code, output } = await stack.commandLine(...command);
          expect(code, command.join(" ")).to.equal(1);
          expect(output).to.contain("nothing was changed");
          await refusal(output);
        }
      });
      expect(stack.state()).to.equal(before);
    });
  });

  it("is refused if the configuration gives an engine to one provider", async () => {
    await stack.configureProvider("docker:host", "unix:///nowhere.sock");
    const message = await stack.failure("preview");
    await stack.unsetProvider("docker:host");
    expect(message).to.contain("docker:host").and.contain("DOCKER_HOST");
  });
});
