import { expect } from "chai";
import { given } from "../../../components/lib/given.ts";

describe("the given fields of a record", () => {
  it("are those that are not undefined", () => {
    const record: { a: number | undefined; b: string | undefined; c: boolean } = { a: 0, b: undefined, c: false };
    const fields: { a?: number; b?: string; c?: boolean } = given(record);
    expect(fields).to.deep.equal({ a: 0, c: false }).and.not.have.property("b");
  });
});
