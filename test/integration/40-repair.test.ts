import { expect } from "chai";
import { containersOf, docker, idsOf, leftovers } from "./support/engine.ts";
import { killedUp } from "./support/killed-up.ts";
import { chat } from "./support/requests.ts";
import { sharedStack } from "./support/shared-stack.ts";
import { TestStack } from "./support/test-stack.ts";

describe("what was removed by hand", () => {
  it("is put right by the next up --refresh: a service, the gateway, the registry", async () => {
    const stack = sharedStack();
    const ids = idsOf(stack.name);
    for (const role of ["vad", "gateway", "registry"]) docker("rm", "--force", ids[role] ?? "");
    await stack.up({ refresh: true });
    expect(Object.keys(idsOf(stack.name))).to.have.members(Object.keys(ids));
    for (const [role, { State }] of Object.entries(containersOf(stack.name))) {
      expect(State.Health?.Status, role).to.equal("healthy");
    }
    expect((await chat((await stack.outputs()).endpoint, "all there")).status).to.equal(200);
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });
});

describe("an up that is killed", () => {
  let stack: TestStack;

  before(async () => {
    stack = await TestStack.create({ services: ["llm"] });
  });

  after(() => stack.dispose());

  for (const moment of [
    "registry-image creating",
    "Container registry creat",
    "Image base creat",
    "Container llm creat",
  ]) {
    it(`at "${moment}" is taken up by the next one`, async () => {
      await killedUp(stack, moment);
      const { code, output } = await stack.commandLine("up");
      expect(code, output).to.equal(0);
      expect(output).to.include("putting right what it left");
      const { State } = containersOf(stack.name)["llm"] ?? {};
      expect(State?.Health?.Status).to.equal("healthy");
      expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
      await stack.destroy();
      expect(leftovers(stack.name)).to.deep.equal([]);
    });
  }
});
