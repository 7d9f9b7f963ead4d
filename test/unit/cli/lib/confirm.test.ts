import { expect } from "chai";
import { confirm, type Confirmation } from "../../../../cli/lib/confirm.ts";

describe("a change that cannot be undone", () => {
  const asked: string[] = [];
  const answer = (changes: Partial<Confirmation>, text = ""): Promise<unknown> =>
    confirm('destroy the stack "dev" on the engine "a"', "./morgan destroy --stack dev", {
      yes: false,
      isTerminal: true,
      ask: (question) => {
        asked.push(question);
        return Promise.resolve(text);
      },
      ...changes,
    }).catch(String);
  beforeEach(() => asked.splice(0));

  it("is asked about in a terminal, with its stack and engine", async () => {
    expect(await answer({}, "yes\n")).to.equal(undefined);
    expect(asked).to.deep.equal(['destroy the stack "dev" on the engine "a"? Type "yes": ']);
  });

  for (const text of ["", "y", "no", "dev"]) {
    it(`is not made after the answer "${text}"`, async () => {
      expect(await answer({}, text))
        .to.include("nothing was changed")
        .and.include(`"${text}"`);
    });
  }

  it("needs --yes without a terminal, where nobody is asked", async () => {
    expect(await answer({ isTerminal: false }, "yes"))
      .to.include("./morgan destroy --stack dev --yes")
      .and.include('the stack "dev" on the engine "a"');
    expect(await answer({ isTerminal: false, yes: true })).to.equal(undefined);
    expect(asked).to.deep.equal([]);
  });
});
