import { expect } from "chai";
import { bindingProblem, recordedEngine } from "../../../components/engine/binding.ts";

const found = { id: "e1", name: "box" };
const other = { id: "e2", name: "gpu" };
const problem = (changes: object = {}): ReturnType<typeof bindingProblem> =>
  bindingProblem({ stack: "dev", found, recorded: undefined, wanted: "", ...changes });

describe("the engine of a stack", () => {
  it("is any engine before the first up, and the same one afterwards, also under another name", () => {
    expect(problem()).to.equal(undefined);
    expect(problem({ recorded: found })).to.equal(undefined);
    expect(problem({ recorded: { id: "e1", name: "old name" } })).to.equal(undefined);
  });

  it("is not another engine, and both are named", () => {
    const refused = problem({ recorded: other });
    expect(refused?.expected).to.contain("gpu (e2)").and.contain('"dev"');
    expect(refused?.found).to.contain("box (e1)");
  });

  it("may be named in the configuration by name or id, which does not move the stack", () => {
    expect(problem({ wanted: "box" })).to.equal(undefined);
    expect(problem({ wanted: "e1" })).to.equal(undefined);
    expect(problem({ wanted: "gpu" })).to.include({ key: "morgan:engine" });
    expect(problem({ wanted: "box", recorded: other })?.expected).to.contain("gpu (e2)");
  });

  it("is read from the stack's outputs, whatever they hold", () => {
    expect(recordedEngine({ engine: { ...found, more: 1 } })).to.deep.equal(found);
    for (const outputs of [undefined, null, {}, { engine: "box" }, { engine: { name: "box" } }, { engine: { id: 5 } }])
      expect(recordedEngine(outputs)).to.equal(undefined);
  });
});
