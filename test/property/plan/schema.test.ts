import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import fc from "fast-check";
import type { Plan } from "../../../components/plan/plan.ts";
import { TYPICAL } from "../../unit/support/plans.ts";
import { anyPlan } from "./any-plan.ts";

const SCHEMA: unknown = JSON.parse(readFileSync(new URL("../../../docs/plan.schema.json", import.meta.url), "utf8"));

describe("the published schema of a plan", () => {
  const validate = new Ajv2020({ strict: true, allErrors: true }).compile(SCHEMA as object);
  const errorsOf = (plan: unknown): unknown => (validate(JSON.parse(JSON.stringify(plan))) ? [] : validate.errors);

  it("fits the plan of every typical change, and any plan", () => {
    for (const [name, plan] of Object.entries(TYPICAL)) expect(errorsOf(plan), name).to.deep.equal([]);
    fc.assert(
      fc.property(anyPlan(fc.string()), (plan) => {
        expect(errorsOf(plan)).to.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });

  it("fits no plan with a part missing, added, or of another kind", () => {
    const parts = Object.keys(TYPICAL["one-line"] ?? {}) as (keyof Plan)[];
    fc.assert(
      fc.property(anyPlan(fc.string()), fc.constantFrom(...parts), fc.anything(), (plan, part, other) => {
        const without = Object.fromEntries(Object.entries(plan).filter(([name]) => name !== part));
        expect(errorsOf(without)).to.not.deep.equal([]);
        expect(errorsOf({ ...plan, other: 1 })).to.not.deep.equal([]);
        const wrong = typeof other === "string" || Array.isArray(other) ? 7 : other;
        if (wrong !== undefined && wrong !== 1) expect(errorsOf({ ...plan, version: wrong })).to.not.deep.equal([]);
        expect(errorsOf({ ...plan, images: [{ name: "core" }] })).to.not.deep.equal([]);
        expect(errorsOf({ ...plan, leftOut: [7] })).to.not.deep.equal([]);
      }),
      { numRuns: 100 },
    );
  });
});
