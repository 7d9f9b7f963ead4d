import { expect } from "chai";
import { heldLock } from "../../../../cli/stack/held-lock.ts";
import { DEV } from "../../support/stacks.ts";

const REFUSAL =
  "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the " +
  "lock file with `pulumi cancel`.\n  s3://state/.pulumi/locks/organization/morgan/dev/1.json?endpoint=http%3A%2F%2Fs3" +
  "&region=eu: created by ada@laptop (pid 4242) at 2026-11-28T20:00:00Z\n";

describe("a lock in a backend of the user's own", () => {
  it("is explained by who holds it, since when, and what to do", () => {
    const text = heldLock(REFUSAL, DEV, new Date("2026-11-28T20:03:00Z"));
    expect(text)
      .to.include('ada@laptop is changing the stack "dev" (process 4242) since 2026-11-28T20:00:00Z, 3 min ago')
      .and.include("If it was killed: pulumi cancel --stack dev")
      .and.include("nothing was changed");
  });

  it("is in no other error", () => {
    for (const text of ["", "error: incorrect passphrase", REFUSAL.split("\n")[0] ?? ""])
      expect(heldLock(text, DEV)).to.equal(undefined);
  });
});
