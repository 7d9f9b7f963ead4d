import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { SizeBudget } from "../../components/catalog/service.ts";
import { withCpuVariant } from "./support/catalog-file.ts";
import { containerIds, docker, idsOf } from "./support/engine.ts";
import { TestStack } from "./support/test-stack.ts";

const WIDE: SizeBudget = { unpacked: "9 GB", compressed: "9 GB" };
const TIGHT: SizeBudget = { unpacked: "9 MB", compressed: "9 GB" };

describe("an image that grows over its size budget", () => {
  let stack: TestStack;
  let file: string;
  let catalog: string;

  before(async () => {
    stack = await TestStack.create({ services: ["llm"] });
    file = join(stack.folder, "services/catalog.ts");
    catalog = readFileSync(file, "utf8");
    change([], WIDE);
    await stack.up();
  });

  after(() => stack.dispose());

  afterEach("no container that inspected an image is left", async () => {
    const inspecting = (): string => docker("ps", "--all", "--quiet", "--filter", "label=morgan.role=image-packages");
    // The engine lists a container until its removal has ended.
    for (const until = Date.now() + 10_000; inspecting() !== "" && Date.now() < until;) await sleep(200);
    expect(inspecting()).to.equal("");
  });

  /** Sets the Debian packages and the size budget of llm. */
  function change(packages: readonly string[], budget: SizeBudget): void {
    writeFileSync(file, withCpuVariant(catalog, "llm", { packages, budget }));
  }

  const status = async (): Promise<number> => (await fetch(`${(await stack.outputs()).endpoint}/ready`)).status;

  it("the image is deployed with a warning that names the package, if budgets are not enforced", async () => {
    const { llm } = idsOf(stack.name);
    change(["nano"], TIGHT);
    const { code, output } = await stack.commandLine("up");
    expect(code, output).to.equal(0);
    expect(output).to.match(/warning: 1 problem; the image is deployed nevertheless\.\s+llm\.variants\.cpu\.budget/);
    expect(output).to.match(/grew since the image that runs: nano \(Debian\) \+\d+\.\d MB, new/);
    expect(idsOf(stack.name)["llm"]).to.not.equal(llm);
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });

  it("the image is not deployed if budgets are enforced, and the old container goes on serving", async () => {
    const { llm } = idsOf(stack.name);
    const before = containerIds(stack.name);
    await stack.configure({ sizeBudgets: "enforce" });
    change(["nano", "tree"], TIGHT);
    const { code, output } = await stack.commandLine("up");
    expect(code, output).to.equal(1);
    const message = output.slice(output.indexOf("Diagnostics:"));
    expect(message.match(/error: /g), message).to.have.length(1);
    expect(message).to.include("error: 1 problem; no service is deployed; the old containers keep running.");
    expect(message).to.match(/llm\.variants\.cpu\.budget\s+expected: +at most 9 MB unpacked and 9 GB compressed/);
    expect(message).to.match(/grew since the image that runs: tree \(Debian\) \+\d\.\d MB, new\n/);
    expect(idsOf(stack.name)["llm"]).to.equal(llm);
    expect(containerIds(stack.name)).to.deep.equal(before);
    expect(await status()).to.equal(200);
  });

  it("the image fails the preview too, after it is built", async () => {
    expect(await stack.failure("preview")).to.include("llm.variants.cpu.budget");
  });

  it("the image is deployed by the next up after the budget is raised", async () => {
    const { llm } = idsOf(stack.name);
    change(["nano", "tree"], WIDE);
    expect(await stack.up()).to.deep.equal([
      { operation: "replace", type: "docker:Container", name: "llm" },
      { operation: "update", type: "command:local:Command", name: "settled" },
    ]);
    expect(idsOf(stack.name)["llm"]).to.not.equal(llm);
    expect(await status()).to.equal(200);
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });
});
