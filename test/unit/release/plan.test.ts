import { expect } from "chai";
import type { ReleasePlanArgs, PromotionSource } from "../../../components/release/release.ts";
import { planRelease, type ReleasePlan } from "../../../components/release/plan.ts";
import { reportRelease } from "../../../components/release/report.ts";
import { UNKNOWN_REVISION, type History, type Release } from "../../../components/release/release.ts";
import { stackServices } from "../support/config.ts";
import { digest, madeUpRelease } from "../support/releases.ts";

const DEV = "organization/morgan/dev";
const REPOSITORY = "registry.example/prod/images";
const [A, B] = [madeUpRelease("a"), madeUpRelease("b")];

const history = (...releases: readonly Release[]): History => ({ running: releases[0]?.id ?? "", releases });
const dev = (read: PromotionSource["read"]): PromotionSource => ({ name: "dev", stack: DEV, read });

function plan(changes: Partial<ReleasePlanArgs>): ReturnType<typeof planRelease> {
  return planRelease({
    stack: "prod",
    accelerator: "cpu",
    services: stackServices({ services: ["llm"] }),
    repository: REPOSITORY,
    release: "",
    revision: "0123456789ab",
    promoteUncommitted: false,
    history: history(),
    source: undefined,
    ...changes,
  });
}

const ran = ({ plan: found, problems }: ReturnType<typeof planRelease>): Extract<ReleasePlan, { kind: "run" }> => {
  expect(problems).to.deep.equal([]);
  if (found.kind === "build") throw new Error("it builds");
  return found;
};
const keys = ({ problems }: ReturnType<typeof planRelease>): string[] => problems.map(({ key }) => key);

describe("the release that a stack runs", () => {
  it("is the one that the stack builds, unless the configuration names another", () => {
    const found = plan({ history: history(A) });
    expect(found).to.deep.equal({
      plan: { kind: "build", revision: "0123456789ab", history: history(A) },
      problems: [],
    });
  });

  it("is the one that the other stack runs, from this stack's own repository", () => {
    const found = ran(plan({ source: dev({ running: A.id, releases: [B, A] }) }));
    expect(found.release).to.include({ id: A.id, repository: REPOSITORY, accelerator: "cpu" });
    expect(found.release.from).to.deep.equal({ stack: DEV, repository: A.repository });
    expect(found.release.services["llm"]?.ref).to.equal(`${REPOSITORY}:llm.prod@${digest("a")}`);
    expect(found.release.backing).to.deep.equal({
      debian: `${REPOSITORY}:debian.prod@${digest("debian")}`,
      haproxy: `${REPOSITORY}:haproxy.prod@${digest("haproxy")}`,
      redis: A.backing["redis"],
    });
    expect(found.pinned).to.equal(false);
  });

  it("stays if the other stack is gone, and is a problem if none was promoted before", () => {
    const promoted = { ...A, from: { stack: DEV, repository: "elsewhere/images" } };
    for (const read of [{ failure: "there is no such stack" }, history()]) {
      const found = ran(plan({ source: dev(read), history: history(promoted) }));
      expect(found.release).to.equal(promoted);
      expect(found.note).to.contain('"dev" has nothing to promote').and.contain(A.id);
      expect(keys(plan({ source: dev(read) }))).to.deep.equal(["morgan:promoteFrom"]);
      expect(keys(plan({ source: dev(read), history: history(A) })), "built here").to.have.length(1);
    }
    const [problem] = plan({ source: dev({ failure: "there is no such stack" }) }).problems;
    expect(problem).to.include({ found: "there is no such stack" });
    expect(problem?.fix).to.contain("./morgan up --stack dev");
  });

  it("is the one that the configuration names, of this stack or of another", () => {
    const own = { ...B, repository: REPOSITORY };
    const found = ran(plan({ release: B.id, history: history(A, own), source: dev(history(A, B)) }));
    expect(found).to.include({ release: own, pinned: true });
    expect(found.note).to.contain(B.id).and.contain("./morgan rollback --stack prod --off");
    expect(ran(plan({ release: B.id, source: dev(history(A, B)) })).release.from?.stack).to.equal(DEV);
  });

  it("must be a known one; the problem lists the known releases", () => {
    const [problem, ...others] = plan({ release: "r1", history: history({ ...A, revision: "abc" }) }).problems;
    expect(others).to.deep.equal([]);
    expect(problem).to.include({ key: "morgan:release", found: '"r1"' });
    expect(problem?.expected).to.contain(`${A.id} (cpu, revision abc): llm ${"a".padEnd(12, "0")}, vad`);
    expect(plan({ release: "r1" }).problems[0]?.expected).to.contain("no release is kept yet");
  });

  it("cannot be built for another accelerator", () => {
    const cuda = { ...A, accelerator: "cuda" } as const;
    expect(keys(plan({ source: dev(history(cuda)) }))).to.deep.equal(["morgan:accelerator"]);
    expect(keys(plan({ release: A.id, history: history(cuda) }))).to.deep.equal(["morgan:accelerator"]);
  });

  it("must contain every configured service, and the backing services of each", () => {
    const [problem] = plan({ source: dev(history(A)), services: stackServices({ services: ["llm", "tts"] }) }).problems;
    expect(problem?.found).to.match(/^tts: /);
    const whole = { ...A, services: { ...A.services, core: A.services["llm"] } } as Release;
    expect(
      plan({ source: dev(history(whole)), services: stackServices({ services: ["core"] }) }).problems[0]?.found,
    ).to.match(/^postgres: /);
  });

  it("must be healthy in the other stack, unless it ran in this stack before", () => {
    const llm = { ...A.services["llm"], health: "unhealthy" } as Release["services"][string];
    const ill = { ...A, services: { ...A.services, llm } };
    const [problem, ...others] = plan({ source: dev(history(ill)) }).problems;
    expect(others).to.deep.equal([]);
    expect(problem).to.include({ key: "dev: llm", found: "unhealthy" });
    expect(problem?.expected).to.contain("healthy").and.contain(A.id);
    expect(
      keys(plan({ source: dev(history(ill)), services: stackServices({ services: ["vad"] }) })),
      "not chosen",
    ).to.deep.equal([]);
    expect(keys(plan({ source: dev(history(ill)), history: history(A) })), "proved here").to.deep.equal([]);
  });

  it("must be of a commit if it is of another stack, unless that is allowed or it has run here", () => {
    const changed = { ...A, revision: "0123456789ab+" };
    const [problem, ...others] = plan({ source: dev(history(changed)) }).problems;
    expect(others).to.deep.equal([]);
    expect(problem).to.include({ key: "dev: revision" });
    expect(problem?.fix).to.contain("./morgan up --stack dev").and.contain("promoteUncommitted true --stack prod");
    const [unknown] = plan({ source: dev(history({ ...A, revision: UNKNOWN_REVISION })) }).problems;
    expect(unknown).to.include({ found: "unknown+: git could not read the checkout" });
    expect(unknown?.fix).to.contain("git status");
    expect(keys(plan({ source: dev(history(changed)), promoteUncommitted: true }))).to.deep.equal([]);
    expect(keys(plan({ source: dev(history(changed)), history: history(A) }))).to.deep.equal([]);
    expect(keys(plan({ release: A.id, history: history(B, changed) }))).to.deep.equal([]);
  });
});

describe("the report of a release", () => {
  const report = (before: History, after: Release): string =>
    reportRelease(ran(plan({ history: before, source: dev(history(after)) })), "prod");

  it("has the command that stays with the release that runs", () => {
    expect(report(history(A), { ...B, revision: "abc" })).to.equal(
      `to stay with ${A.id}: ./morgan rollback --stack prod --to ${A.id}`,
    );
  });

  it("is empty for a first release, if nothing changes, and for a stack that builds", () => {
    expect(report(history(), A)).to.equal("");
    expect(report(history(A), A)).to.equal("");
    expect(reportRelease(plan({}).plan, "prod")).to.equal("");
  });
});
