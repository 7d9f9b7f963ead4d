import { expect } from "chai";
import fc from "fast-check";
import type { Identity } from "../../../components/engine/identity.ts";
import { roleLabels } from "../../../components/engine/labels.ts";
import { belongs } from "../../../components/engine/ownership.ts";

const identity: fc.Arbitrary<Identity> = fc.record({
  stack: fc.constantFrom("dev", "prod"),
  id: fc.constantFrom(undefined, "1", "2", "3"),
  legacy: fc.boolean(),
});

describe("the things of two stacks", () => {
  it("never belong to both, unless both are from before states had ids or have one state", () => {
    fc.assert(
      fc.property(identity, identity, identity, (one, other, maker) => {
        const labels = roleLabels(maker, "core");
        if (!belongs(labels, one) || !belongs(labels, other)) return;
        expect(one.stack).to.equal(other.stack);
        expect(one.id === other.id || (one.legacy && other.legacy)).to.equal(true);
      }),
    );
  });

  it("that a stack with an id makes belong to it, whatever else is there", () => {
    fc.assert(
      fc.property(identity, (one) => {
        expect(belongs(roleLabels(one, "core"), one)).to.equal(one.id !== undefined || one.legacy);
      }),
    );
  });
});
