import { hostname } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { isHeld, lockProblem, locksOf, type Lock } from "../../../../cli/stack/state-lock.ts";
import { useFolder } from "../../support/project.ts";
import { DEV } from "../../support/stacks.ts";
import { useVariable } from "../../support/variable.ts";

const OWNER = { pid: 42, username: "ann", hostname: "build-1", timestamp: "2026-11-24T15:00:00.123456789Z" };
const LOCK: Lock = { ...OWNER, file: "1.json" };
const FOLDER = "state/.pulumi/locks/organization/morgan/dev";

describe("the owner of a state lock", () => {
  const project = useFolder();
  const useBackend = useVariable("PULUMI_BACKEND_URL");
  beforeEach(() => {
    useBackend(`file://${project.folder}/state?metadata=skip`);
    project.remove("state");
  });

  it("is in the problem with machine, process and time, and with a fix", () => {
    expect(lockProblem(DEV, LOCK, new Date("2026-11-24T15:07:30Z"))).to.deep.equal({
      key: "state lock",
      expected: "no other run that changes this stack",
      found: 'ann@build-1 is changing the stack "dev" (process 42) since 2026-11-24T15:00:00Z, 7 min ago',
      fix:
        "wait until that run has ended, then run this again. " +
        "If it runs no more on build-1: pulumi cancel --stack dev",
    });
    expect(lockProblem(DEV, { ...LOCK, hostname: hostname() }).fix).to.not.contain("cancel");
  });

  it("is read from every lock of the stack, and from no other file", () => {
    expect(locksOf("dev")).to.deep.equal([]);
    project.write(`${FOLDER}/1.json`, JSON.stringify(OWNER));
    project.write(`${FOLDER}/1.json.attrs`, "{}");
    expect(locksOf("dev")).to.deep.equal([{ ...OWNER, file: join(project.folder, `${FOLDER}/1.json`) }]);
    expect(locksOf("prod")).to.deep.equal([]);
    useBackend("s3://bucket");
    expect(locksOf("dev")).to.deep.equal([]);
  });

  it("is nobody if the file is no lock", () => {
    project.write(`${FOLDER}/1.json`, '{"pid":');
    expect(locksOf("dev").map(isHeld)).to.deep.equal([false]);
  });

  it("counts as alive if it is on another machine", () => {
    expect(isHeld(LOCK)).to.equal(true);
  });
});
