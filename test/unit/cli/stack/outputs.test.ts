import { expect } from "chai";
import { stackOutputs } from "../../../../cli/stack/state.ts";
import { useFolder } from "../../support/project.ts";
import { usePrograms } from "../../support/programs.ts";
import { DEV } from "../../support/stacks.ts";
import { useVariable } from "../../support/variable.ts";

describe("the outputs of a stack", () => {
  const project = useFolder();
  const programs = usePrograms(project);
  const useBackend = useVariable("PULUMI_BACKEND_URL");
  const outputs = { endpoint: "http://127.0.0.1:8080" };
  const stack = { type: "pulumi:pulumi:Stack", outputs };

  it("are read without a call of Pulumi if a folder holds the state", async () => {
    useBackend(`file://${project.folder}/state?metadata=skip`);
    const checkpoint = { latest: { resources: [{ type: "pulumi:providers:docker" }, stack] } };
    project.write("state/.pulumi/stacks/morgan/dev.json", JSON.stringify({ version: 3, checkpoint }));
    programs.write("pulumi", "exit 1");
    expect(await stackOutputs(DEV)).to.deep.equal(outputs);
    expect(programs.called()).to.deep.equal([]);
  });

  it("come from Pulumi if the state is elsewhere, or in another format", async () => {
    programs.write("pulumi", `echo '${JSON.stringify(outputs)}'`);
    for (const backend of ["s3://bucket", `file://${project.folder}/empty`]) {
      useBackend(backend);
      expect(await stackOutputs(DEV), backend).to.deep.equal(outputs);
      expect(programs.called(), backend).to.deep.equal(["pulumi stack output --stack dev --json"]);
    }
    programs.write("pulumi", "exit 1");
    expect(await stackOutputs(DEV)).to.equal(undefined);
  });
});
