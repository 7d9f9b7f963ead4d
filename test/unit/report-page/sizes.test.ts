import { expect } from "chai";
import { packageSizes } from "../../../components/report-page/sizes.ts";

const MB = 1e6;

describe("the sizes of packages", () => {
  it("are in the group of the services that have them, and small ones are one", () => {
    const common = { "python3 (Debian)": 20 * MB };
    const small = { "a (Python)": 100, "b (Python)": 50 };
    const tree = packageSizes({
      core: { ...common, ...small, "redis (Python)": 5 * MB },
      stt: { ...common, "numpy (Python)": 53 * MB },
      vad: { ...common, "numpy (Python)": 53 * MB },
    });
    expect(tree.parts.map(({ name, bytes, parts }) => [name, bytes, parts.map((part) => part.name)])).to.deep.equal([
      ["stt, vad", 53 * MB, ["numpy (Python)"]],
      ["every service", 20 * MB, ["python3 (Debian)"]],
      ["core", 5 * MB + 150, ["redis (Python)", "2 smaller"]],
    ]);
  });

  it("are those of a service if it is the only one", () => {
    expect(packageSizes({ llm: { "a (Python)": 7 } }).parts.map(({ name }) => name)).to.deep.equal(["llm"]);
    expect(packageSizes({}).bytes).to.equal(0);
  });
});
