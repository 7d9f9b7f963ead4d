import { expect } from "chai";
import { budgetProblem, explainSize, isOverBudget } from "../../../components/size/budget.ts";

const budget = { unpacked: "300 MB", compressed: "0.1 GB" } as const;

describe("a size budget", () => {
  it("allows exactly its number of bytes, unpacked and compressed", () => {
    expect(isOverBudget({ unpacked: 300_000_000, compressed: 100_000_000 }, budget)).to.equal(false);
    expect(isOverBudget({ unpacked: 300_000_001, compressed: 0 }, budget)).to.equal(true);
    expect(isOverBudget({ unpacked: 0, compressed: 100_000_001 }, budget)).to.equal(true);
  });

  it("that is exceeded is a problem with the entry of the catalog, both sizes, a reason and a fix", () => {
    const size = { unpacked: 345_678_901, compressed: 90_000_000 };
    expect(budgetProblem("tts.variants.cuda", { size, budget, reason: "torch grew" })).to.deep.equal({
      key: "tts.variants.cuda.budget",
      expected: "at most 300 MB unpacked and 0.1 GB compressed",
      found: "345.7 MB unpacked and 90.0 MB compressed; torch grew",
      fix: "make the image smaller, or raise the budget in services/catalog.ts",
    });
  });
});

describe("the reason for a size", () => {
  const before = { "torch (Python)": 10_000_000, "numpy (Python)": 5_000_000, "libc6 (Debian)": 3_000_000 };

  it("lists what grew and what is new since the running image, the largest first", () => {
    const after = { ...before, "numpy (Python)": 6_000_000, "perl (Debian)": 40_000_000, "torch (Python)": 12_500_000 };
    expect(explainSize(after, before)).to.equal(
      "grew since the image that runs: perl (Debian) +40.0 MB, new; torch (Python) +2.5 MB; numpy (Python) +1.0 MB",
    );
  });

  it("lists at most five packages, and none of 0.0 MB", () => {
    const added = Object.fromEntries([1, 2, 3, 4, 5, 6].map((size) => [`p${size}`, size * 1e6]));
    expect(explainSize({ ...before, ...added }, before)).to.match(/p6 \+6\.0 MB, new;.*; p2 \+2\.0 MB, new$/);
    expect(explainSize({ ...before, small: 49_999, "numpy (Python)": 5_000_100 }, before)).to.match(/^nothing grew/);
  });

  it("lists the largest packages if no image ran before, or nothing grew", () => {
    const largest = "largest: torch (Python) 10.0 MB; numpy (Python) 5.0 MB; libc6 (Debian) 3.0 MB";
    expect(explainSize(before, undefined)).to.equal(largest);
    expect(explainSize(before, before)).to.equal(`nothing grew since the image that runs; ${largest}`);
  });
});
