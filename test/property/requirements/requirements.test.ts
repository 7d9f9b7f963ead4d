import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";

import { includeOrder, meaningfulLines, parseRequirementSet } from "../../../components/requirements/inputs.ts";
import type { ReadRequirements } from "../../../components/requirements/inputs.ts";
import { inputsDigest, parseLock, sealLock } from "../../../components/requirements/lock.ts";
import { checkLock } from "../../../components/requirements/lock-check.ts";
import { parsePin, refuseLine } from "../../../components/requirements/requirement-line.ts";

const packageNames = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?$/);
const requirement = fc.tuple(packageNames, fc.nat(99)).map(([name, minor]) => `${name}==1.${minor}`);
const noise = fc.constantFrom("", "  ", "# a comment", "\t# -r other.in");
const locked = fc.record({
  name: packageNames,
  version: fc.stringMatching(/^[0-9]{1,2}(\.[0-9]{1,2}){1,2}(\.post1|\+cpu)?$/),
  hashes: fc.array(
    fc.stringMatching(/^[0-9a-f]{64}$/).map((digest) => `sha256:${digest}`),
    { minLength: 1, maxLength: 3 },
  ),
});

/** Sets "0", "1", ... of which each may include those before it. */
const hierarchies = fc
  .array(fc.tuple(fc.array(fc.nat(20), { maxLength: 4 }), fc.array(requirement, { maxLength: 4 })), { minLength: 1 })
  .map((sets) =>
    sets.map(([includes, requirements], index) => ({
      includes: [...new Set(includes.filter((include) => include < index).map(String))],
      requirements,
    })),
  );

describe("requirements, for any input", () => {
  it("a set's text contains its includes and requirements, whatever comments are between", () => {
    fc.assert(
      fc.property(fc.array(packageNames), fc.array(requirement), fc.array(noise), (includes, requirements, lines) => {
        const said = [...includes.map((name) => `-r ${name}.in`), ...requirements];
        const text = said.flatMap((line, index) => [line, lines[index] ?? ""]).join("\n");
        expect(parseRequirementSet(text)).to.deep.equal({ includes, requirements });
      }),
    );
  });

  it("meaningful lines are a fixed point", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const lines = meaningfulLines(text);
        expect(meaningfulLines(lines.join("\n"))).to.deep.equal(lines);
      }),
    );
  });

  it("each set comes once, and after all that it includes", () => {
    fc.assert(
      fc.property(hierarchies, (sets) => {
        const texts = new Map(
          sets.map((set, index) => [`${index}.in`, set.includes.map((name) => `-r ${name}.in`).join("\n")]),
        );
        const order = includeOrder([...sets.keys()].reverse().map(String), (name) => texts.get(name));
        expect([...order].sort()).to.deep.equal([...sets.keys()].map(String).sort());
        for (const [index, set] of sets.entries()) {
          for (const include of set.includes) expect(order.indexOf(include)).to.be.below(order.indexOf(String(index)));
        }
      }),
    );
  });

  it("a lock's text gives back its packages, on one line each or on several", () => {
    fc.assert(
      fc.property(fc.array(locked), fc.constantFrom(" ", " \\\n    ", " \\\r\n\t"), (packages, separator) => {
        const text = packages.map(({ name, version, hashes }) =>
          [`${name}==${version}`, ...hashes.map((digest) => `--hash=${digest}`)].join(separator),
        );
        expect(parseLock(`# a comment\n${text.join("\n")}\n`)).to.deep.equal(packages);
      }),
    );
  });

  it("the digest depends on each requirement, but on no comment", () => {
    fc.assert(
      fc.property(fc.array(requirement), requirement, noise, (requirements, added, comment) => {
        const digest = (lines: readonly string[]): string => {
          const read: ReadRequirements = (name) => (name === "a.in" ? lines.join("\n") : undefined);
          return inputsDigest("a", read);
        };
        expect(digest([comment, ...requirements, comment])).to.equal(digest(requirements));
        expect(digest([...requirements, added])).not.to.equal(digest(requirements));
      }),
    );
  });

  it("a lock with any other byte, anywhere, is refused", () => {
    const inputs: Readonly<Record<string, string>> = { "a.in": "numpy==2.0\n" };
    const lock = sealLock("a", `numpy==2.0 \\\n    --hash=sha256:${"0".repeat(64)}\n`, (name) => inputs[name]);
    const check = (text: string): number => checkLock("a", (name) => (name === "a.txt" ? text : inputs[name])).length;
    expect(check(lock)).to.equal(0);
    fc.assert(
      fc.property(fc.nat(lock.length), fc.nat(2), fc.string({ maxLength: 3 }), (place, removed, added) => {
        const text = lock.slice(0, place) + added + lock.slice(place + removed);
        fc.pre(text !== lock);
        expect(check(text)).to.equal(1);
      }),
    );
  });

  it("a line is a pin, or there is a way out that is not to lock again", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          requirement.map((pin) => `${pin} `),
        ),
        (text) => {
          for (const line of meaningfulLines(text)) {
            const refusal = refuseLine(line);
            expect(refusal === undefined).to.equal(parsePin(line) !== undefined);
            if (refusal !== undefined) expect(refusal.fix).to.match(/^(?!npm run lock)./);
          }
        },
      ),
    );
  });
});
