import { expect } from "chai";
import { roleLabels } from "../../../components/engine/labels.ts";
import type { RunArgs } from "../../../components/engine/programs.ts";
import { installedIn, installedInContainer, parseInstalled } from "../../../components/size/installed.ts";
import { fakeEngine, IDENTITY } from "../support/config.ts";

describe("the list of installed packages of an image", () => {
  it("is printed by the image's Python, in a container with the labels of the stack", async () => {
    const runs: RunArgs[] = [];
    const run = (args: RunArgs): Promise<string> => {
      runs.push(args);
      return Promise.resolve('{"torch (Python)": 5}\r\n');
    };
    expect(await installedIn(fakeEngine({ run }), "m/tts@sha256:0", IDENTITY)).to.deep.equal({ "torch (Python)": 5 });
    expect(runs.map(({ image, labels }) => ({ image, labels }))).to.deep.equal([
      { image: "m/tts@sha256:0", labels: roleLabels(IDENTITY, "image-packages") },
    ]);
    expect(runs[0]?.command.slice(0, 3)).to.deep.equal(["python3", "-I", "-c"]);
    expect(runs[0]?.command[3]).to.contain("def installed()");
  });

  it("is read in a running container if there is one", async () => {
    const exec = (id: string): Promise<string> => Promise.resolve(`{"asked ${id}": 1}`);
    expect(await installedInContainer(fakeEngine({ exec }), "c1")).to.deep.equal({ "asked c1": 1 });
  });

  for (const printed of ["Traceback: no such module\r\n", "null", ""]) {
    it(`is an error with the output if Python printed ${JSON.stringify(printed)}`, () => {
      expect(() => parseInstalled(printed)).to.throw(`no sizes of packages: ${printed.trim()}`);
    });
  }

  it("contains only sizes that are whole numbers", () => {
    expect(parseInstalled('{"a": 1, "b": "2", "c": null, "d": 1.5}')).to.deep.equal({ a: 1 });
  });
});
