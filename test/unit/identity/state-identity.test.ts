import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { parseIdentity, type Identity } from "../../../components/engine/identity.ts";
import { createIdentity, type StateIdentity } from "../../../components/identity/state-identity.ts";
import { record, type Registrations } from "../support/registrations.ts";

async function create(
  outputs: Promise<unknown>,
  preview = false,
): Promise<{ readonly all: Registrations; readonly known: Identity }> {
  let made: StateIdentity | undefined;
  const all = await record(() => (made = createIdentity("dev", outputs)), { preview });
  if (made === undefined) throw new Error("no identity");
  return { all, known: await made.known };
}

describe("the identity of a state", () => {
  it("is made once: no change of its inputs makes another one", async () => {
    const { all } = await create(Promise.resolve({}));
    const { inputs, ignoreChanges } = all.get("command", "identity");
    expect(Object.keys(inputs)).to.have.members([...ignoreChanges]);
    expect(inputs["create"]).to.equal("node components/identity/new-identity.ts dev false");
  });

  it("notes that the stack ran before states had ids", async () => {
    const { all } = await create(Promise.resolve({ endpoint: "http://127.0.0.1:8080" }));
    expect(all.get("command", "identity").inputs["create"]).to.match(/ dev true$/);
  });

  it("has no id in the preview of a new state, and of a stack from before states had ids", async () => {
    const fresh = await create(Promise.reject(new Error("there is no such stack")), true);
    expect(fresh.known).to.deep.equal({ stack: "dev", id: undefined, legacy: false });
    const old = await create(Promise.resolve({ endpoint: "http://127.0.0.1:8080" }), true);
    expect(old.known).to.deep.equal({ stack: "dev", id: undefined, legacy: true });
  });

  it("is another one for each state", () => {
    const print = (legacy: string): Identity | undefined => {
      return parseIdentity(
        execFileSync("node", ["components/identity/new-identity.ts", "dev", legacy], { encoding: "utf8" }),
      );
    };
    const [one, other] = [print("false"), print("true")];
    expect(one).to.include({ stack: "dev", legacy: false });
    expect(other).to.include({ stack: "dev", legacy: true });
    expect(one?.id)
      .to.match(/^[0-9a-f-]{36}$/)
      .and.not.equal(other?.id);
  });
});
