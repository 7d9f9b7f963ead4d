import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { explainFailure } from "../../cli/report/failure.ts";
import { connectEngine } from "../../components/engine/engine.ts";
import { withCpuVariant } from "./support/catalog-file.ts";
import { containerIds, idsOf } from "./support/engine.ts";
import { manifestOf, newBlobs } from "./support/registry.ts";
import { chat } from "./support/requests.ts";
import { sharedStack } from "./support/shared-stack.ts";
import type { TestStack } from "./support/test-stack.ts";
import { engineAddress } from "../../toolchain/lib/engine-address.mjs";

const CORE = [
  { operation: "replace", type: "docker:Container", name: "core" },
  { operation: "update", type: "command:local:Command", name: "settled" },
  { operation: "update", type: "docker-build:Image", name: "core" },
];

describe("a change of one service", () => {
  let stack: TestStack;
  let main: string;
  let good: string;
  let catalogFile: string;
  let catalog: string;

  before(async () => {
    stack = await sharedStack();
    catalogFile = join(stack.folder, "services/catalog.ts");
    catalog = readFileSync(catalogFile, "utf8");
    main = join(stack.folder, "services/core/morgan_core/__main__.py");
    good = readFileSync(main, "utf8");
  });

  it("a preview shows one image, one container and the readiness gate", async () => {
    writeFileSync(main, `${good}\n# one more line\n`);
    expect(await stack.preview()).to.deep.equal(CORE);
  });

  it("a deployment replaces that container alone, and pushes little", async () => {
    const ids = idsOf(stack.name);
    const before = await manifestOf((await stack.outputs()).images["core"]?.ref ?? "");
    expect(await stack.up()).to.deep.equal(CORE);
    const after = await manifestOf((await stack.outputs()).images["core"]?.ref ?? "");
    const { core, ...others } = idsOf(stack.name);
    const { core: replaced, ...same } = ids;
    expect(others).to.deep.equal(same);
    expect(core).to.not.equal(replaced);
    const pushed = newBlobs(after, before);
    expect(pushed.length).to.be.greaterThan(0);
    expect(pushed.reduce((sum, blob) => sum + blob.size, 0)).to.be.lessThan(100_000);
  });

  it("a build that fails leaves the old container serving, and its log names the reason", async () => {
    const { endpoint } = await stack.outputs();
    const { core } = idsOf(stack.name);
    const since = new Date();
    writeFileSync(catalogFile, withCpuVariant(catalog, "core", { packages: ["no-such-package"] }));
    const message = await stack.failure();
    expect(message).to.include("core-deps");
    expect(
      await explainFailure(connectEngine(engineAddress(process.env)), await stack.identity(), {
        since,
        builder: "default",
        again: "./morgan up --stack dev",
        gateLogs: [],
      }),
    ).to.match(/build of core-deps[^]*no-such-package/);
    expect(idsOf(stack.name)["core"]).to.equal(core);
    expect((await chat(endpoint, "still there")).status).to.equal(200);
    writeFileSync(catalogFile, catalog);
  });

  it("a container that crashes leaves the old container serving, and its log names the reason", async () => {
    const { endpoint } = await stack.outputs();
    const { core } = idsOf(stack.name);
    writeFileSync(main, `raise SystemExit("no good morning today")\n${good}`);
    const since = new Date();
    expect(await stack.failure()).to.include("did not get ready: its process ended 3 times");
    expect(containerIds(stack.name)).to.include(core);
    expect((await chat(endpoint, "still there")).status).to.equal(200);
    expect(
      await explainFailure(connectEngine(engineAddress(process.env)), await stack.identity(), {
        since,
        builder: "default",
        again: "./morgan up --stack dev",
        gateLogs: [],
      }),
    ).to.match(/container morgan-[^]*no good morning today/);
  });

  it("the next deployment recovers, and leaves no container behind", async () => {
    writeFileSync(main, good);
    writeFileSync(catalogFile, catalog);
    await stack.up();
    const { endpoint } = await stack.outputs();
    expect((await chat(endpoint, "back again")).status).to.equal(200);
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
    expect(containerIds(stack.name)).to.have.length(13);
  });
});
