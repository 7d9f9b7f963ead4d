import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { Problem } from "../../../components/lib/errors.ts";
import { checkTexts } from "../support/config.ts";

/** Values with which every secret has what it belongs to. */
const VALUES: Readonly<Record<string, string>> = {
  gatewayPort: "8080",
  registryPort: "5101",
  registry: "harbor.example.com/team",
  registryUser: "ci",
  pypiIndex: "https://pypi.example.com/simple",
  pypiUser: "ci",
  aptMirror: "https://apt.example.com/debian",
  aptUser: "ci",
  llmEndpoint: "https://llm.example.com/v1",
};

const SECRET = "canary-0123456789-abcdefghijkl";

/** The names of all secrets, as the program reads them. */
function secretKeys(): readonly string[] {
  const keys = new Set<string>();
  checkTexts((key) => VALUES[key], { secret: (key) => void keys.add(key) });
  return [...keys];
}

/** The problems if every secret has this text; Pulumi's SDK checks it against the pattern. */
function check(text: string, plain: readonly string[] = []): readonly Problem[] {
  return checkTexts((key) => VALUES[key], {
    secret: (_, pattern) => {
      if (pattern?.test(text) === false) throw new Error(`"${text}" does not match`);
      return pulumi.secret(text);
    },
    isEncrypted: (key) => !plain.includes(key),
  }).problems;
}

describe("a secret", () => {
  it("is accepted if Pulumi keeps it encrypted", () => {
    expect(secretKeys()).to.have.length.above(4);
    expect(check(SECRET)).to.deep.equal([]);
  });

  for (const key of secretKeys()) {
    it(`is refused if everyone can read it: ${key}, without its text`, () => {
      const problems = check(SECRET, [key]);
      expect(problems).to.deep.equal([
        {
          key: `morgan:${key}`,
          expected: "a secret, which Pulumi keeps encrypted",
          found: "a text that everyone can read",
          fix: problems[0]?.fix,
        },
      ]);
      expect(problems[0]?.fix).to.contain(`pulumi config set --secret ${key}`);
    });
  }

  it("is refused if it cannot be sent, without its text: a line break, or nothing", () => {
    for (const text of [`${SECRET}\n${SECRET}`, `${SECRET}\0`, ""]) {
      const problems = check(text);
      expect(problems.map(({ key }) => key)).to.have.members(secretKeys().map((key) => `morgan:${key}`));
      expect(JSON.stringify(problems)).not.to.contain("canary");
    }
  });

  it("may have spaces only if no format separates words by them", () => {
    expect(check(`${SECRET} and more`).map(({ key }) => key)).to.have.members([
      "morgan:apiToken",
      "morgan:llmApiKey",
      "morgan:hubToken",
      "morgan:aptPassword",
    ]);
  });

  it("in another value is not shown either", () => {
    const wrong = {
      registry: "https://ci:canary@harbor.example.com/m",
      llmEndpoint: "https://llm.example.com/v1?key=canary",
      proxy: "http://ci:canary@proxy.example.com",
    };
    const { problems } = checkTexts((key) => ({ ...VALUES, registryUser: "", ...wrong })[key]);
    expect(problems.map(({ key }) => key)).to.include.members(Object.keys(wrong).map((key) => `morgan:${key}`));
    expect(JSON.stringify(problems)).not.to.contain("canary");
  });
});
