import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { execute } from "../../../../cli/lib/run-program.ts";
import { useFolder } from "../../support/project.ts";

describe("the variables for a shell", () => {
  useFolder();
  const program = fileURLToPath(new URL("../../../../cli/morgan.ts", import.meta.url));
  const printed = async (args: readonly string[], variables: NodeJS.ProcessEnv): Promise<readonly string[]> => {
    const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...variables };
    const { code, stdout, stderr } = await execute(process.execPath, [program, "env", ...args], { env });
    expect(code, stderr).to.equal(0);
    return stdout.split("\n").filter((line) => line !== "");
  };

  it("are those that the launcher set, and none for a backend that the user has chosen", async () => {
    const env = { MORGAN_VARIABLES: "GOGC MORGAN_CACHE", GOGC: "400", MORGAN_CACHE: "/it's", PULUMI_ACCESS_TOKEN: "t" };
    expect(await printed([], env)).to.deep.equal(["export GOGC='400'", `export MORGAN_CACHE='/it'\\''s'`]);
  });

  it("name the stack if the command line does", async () => {
    const env = { MORGAN_VARIABLES: "GOGC", GOGC: "400" };
    expect(await printed(["--stack", "acme/prod"], env)).to.deep.equal([
      "export GOGC='400'",
      "export PULUMI_STACK='acme/prod'",
    ]);
  });
});
