import { expect } from "chai";
import { runProgram, runWithin } from "../../../components/system/run-program.ts";

describe("a program of this machine", () => {
  it("is run with its arguments as they are", async () => {
    const script = "process.stdout.write(process.argv[1]); process.stderr.write('a warning')";
    expect(await runProgram(process.execPath, ["-e", script, "a 'b' $c"])).to.deep.equal({
      output: "a 'b' $c",
      succeeded: true,
    });
  });

  it("that fails returns its output of both streams", async () => {
    const script = "process.stdout.write('out '); process.stderr.write('err'); process.exitCode = 18";
    expect(await runProgram(process.execPath, ["-e", script])).to.deep.equal({ output: "out err", succeeded: false });
  });

  it("that fails without output returns a message", async () => {
    const result = await runProgram(process.execPath, ["-e", "process.exitCode = 3"]);
    expect(result?.succeeded).to.equal(false);
    expect(result?.output).to.match(/^Command failed/);
  });

  it("that does not exist returns undefined", async () => {
    expect(await runProgram("no-such-program-of-morgan", [])).to.equal(undefined);
  });

  it("that does not end is killed, and returns a message", async () => {
    const result = await runWithin(50, process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    expect(result?.succeeded).to.equal(false);
    expect(result?.output).to.match(/gave no answer within 0\.05 s$/);
  });
});
