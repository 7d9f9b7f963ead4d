import { createHash } from "node:crypto";
import { expect } from "chai";
import { defaultStack, isDefaultStack, requireStack } from "../../../../cli/stack/selected-stack.ts";
import { useFolder } from "../../support/project.ts";
import { usePrograms } from "../../support/programs.ts";
import { stackNamed } from "../../support/stacks.ts";
import { useVariable } from "../../support/variable.ts";

describe("the stack of a command that names none", () => {
  const project = useFolder();
  const BACKEND = "file:///state?metadata=skip";
  const select = (selection: unknown): void => {
    const digest = createHash("sha1").update(`${process.cwd()}/Pulumi.yaml`).digest("hex");
    project.write(`home/workspaces/morgan-${digest}-workspace.json`, JSON.stringify(selection));
  };
  const chosen = (env: NodeJS.ProcessEnv = {}): string =>
    defaultStack({ PULUMI_HOME: `${project.folder}/home`, PULUMI_BACKEND_URL: BACKEND, ...env }).reference;
  beforeEach(() => {
    project.remove("home");
  });

  it("is dev if Pulumi has selected none in this folder for this backend", () => {
    expect(chosen()).to.equal("dev");
    select({ stacks: { "s3://other": "organization/morgan/prod" } });
    expect(chosen({ PULUMI_STACK: "" })).to.equal("dev");
    select("broken");
    expect(chosen()).to.equal("dev");
  });

  it("is the stack that Pulumi has selected, as older and newer versions record it", () => {
    select({ stacks: { [BACKEND]: "organization/morgan/prod" } });
    expect(chosen()).to.equal("prod");
    select({ stack: "acme/prod" });
    expect(chosen()).to.equal("acme/prod");
  });

  it("is that of PULUMI_STACK before all others, which has to be a name", () => {
    select({ stacks: { [BACKEND]: "organization/morgan/prod" } });
    expect(chosen({ PULUMI_STACK: "stage" })).to.equal("stage");
    expect(() => chosen({ PULUMI_STACK: "a b" }))
      .to.throw("PULUMI_STACK")
      .with.property("message")
      .that.includes('"a b"');
  });

  it("may be named too; a PULUMI_STACK that is no name matters to no command that names its stack", () => {
    const env = { PULUMI_HOME: `${project.folder}/home`, PULUMI_BACKEND_URL: BACKEND };
    expect(isDefaultStack(stackNamed("dev"), env)).to.equal(true);
    expect(isDefaultStack(stackNamed("prod"), env)).to.equal(false);
    expect(isDefaultStack(stackNamed("dev"), { ...env, PULUMI_STACK: "a b" })).to.equal(false);
  });
});

describe("a stack that has to exist", () => {
  const project = useFolder();
  const programs = usePrograms(project);
  const useBackend = useVariable("PULUMI_BACKEND_URL");

  it("is found in the folder of the state without Pulumi, and elsewhere by Pulumi", async () => {
    useBackend(`file://${project.folder}/state?metadata=skip`);
    project.write("state/.pulumi/stacks/morgan/dev.json", "{}");
    await requireStack(stackNamed("dev"));
    expect(programs.called()).to.deep.equal([]);
    useBackend("s3://bucket");
    programs.write("pulumi", `echo '[{"name":"acme/prod"}]'`);
    await requireStack({ name: "prod", reference: "acme/prod" });
  });

  it("is refused with the stacks that exist", async () => {
    programs.write("pulumi", `echo '[{"name":"dev"},{"name":"prod"}]'`);
    expect(await requireStack(stackNamed("prdo")).catch(String))
      .to.include('a stack "prdo"')
      .and.include("only dev, prod")
      .and.include("./morgan up --stack prdo")
      .and.include("nothing was changed");
    programs.write("pulumi", `echo '[{"name":"acme/prod"}]'`);
    expect(await requireStack({ name: "prod", reference: "other/prod" }).catch(String)).to.include("only acme/prod");
    programs.write("pulumi", `echo '[]'`);
    useBackend("postgres://me:secret@db.example.com/pulumi?sslmode=disable");
    expect(await requireStack(stackNamed("dev")).catch(String))
      .to.include("no stack at all in the backend postgres://…@db.example.com/pulumi\n")
      .and.include("PULUMI_BACKEND_URL");
    useBackend("");
    expect(await requireStack(stackNamed("dev")).catch(String)).to.include("the backend of pulumi login");
  });
});
