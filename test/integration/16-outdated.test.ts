import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { connectEngine } from "../../components/engine/engine.ts";
import { findOutdated } from "../../components/outdated/find.ts";
import type { Outdated } from "../../components/outdated/outdated.ts";
import { newestReleases, upgradesIn, type PackageNetwork } from "../../components/outdated/sources.ts";
import { engineAddress } from "../../toolchain/lib/engine-address.mjs";
import { parseManifest } from "../../components/plan/parse-manifest.ts";
import { docker } from "./support/engine.ts";
import { sharedStack } from "./support/shared-stack.ts";
import type { TestStack } from "./support/test-stack.ts";
import { publicNetwork } from "../unit/support/package-network.ts";

describe("what has moved upstream, from the real registry, mirror and index", () => {
  let stack: TestStack;
  let network: PackageNetwork;

  before(async () => {
    stack = await sharedStack();
    network = publicNetwork(mkdtempSync(join(tmpdir(), "morgan-test-outdated-")), {
      environment: stack.environment(),
      uv: process.env["MORGAN_UV"] ?? "uv",
    });
  });

  after(() => {
    rmSync(network.work, { recursive: true, force: true });
  });

  it("is printed by ./morgan outdated, which changes nothing", async () => {
    const before = stack.state();
    const { code, output } = await stack.commandLine("outdated", "--json");
    expect(code, output).to.equal(0);
    const found = JSON.parse(output.slice(output.indexOf("{\n"), output.lastIndexOf("}") + 1)) as Outdated;
    expect(found).to.include({ version: 1, stack: stack.name });
    expect(found.unanswered).to.deep.equal([]);
    const names = Object.keys(parseManifest(await stack.outputs())?.stages ?? {});
    for (const { name, from, to, rebuilds } of [...found.debian, ...found.python]) {
      expect(from, name).not.to.equal(to);
      expect(names, name).to.include.members(rebuilds);
    }
    expect(stack.state()).to.equal(before);
  });

  it("has a Debian package that is older in an image than in the mirror", async () => {
    const { ref } = (await stack.outputs()).images["core"] ?? { ref: "" };
    const aged = `morgan-test-aged:${stack.name}`;
    const change = `s/^Version: .*/Version: 12.1/`;
    const dockerfile = `FROM ${ref}\nUSER 0\nRUN sed -i '/^Package: base-files$/,/^$/ ${change}' /var/lib/dpkg/status\n`;
    execFileSync("docker", ["buildx", "build", "--builder", "default", "--load", "--tag", aged, "-"], {
      input: dockerfile,
      stdio: ["pipe", "ignore", "pipe"],
    });
    try {
      const { aged: upgrades = [] } = await upgradesIn({ core: ref, aged }, network);
      const found = upgrades.find(({ name }) => name === "base-files");
      expect(found?.from).to.equal("12.1");
      expect(found?.to).to.match(/^12\.\d+\+deb12u\d+$/);
    } finally {
      docker("rmi", "--force", aged);
    }
  });

  it("has a Python package that is older in a lock file than in the index, and names one that the index lacks", async () => {
    const own = "morgan-test-no-such-package";
    const { found, missing } = await newestReleases({ packaging: "20.0", [own]: "1.0" }, network);
    expect(Number(found["packaging"]?.split(".")[0])).to.be.greaterThan(20);
    expect(missing[own]).to.match(/not found in the package registry/);
  });

  it("has a base image whose tag names another digest in its registry", async () => {
    const outputs = await stack.outputs();
    const manifest = parseManifest(outputs);
    const [core, llm] = ["core", "llm"].map((name) => manifest?.refs[name] ?? "");
    const tag = `${outputs.registry}/images:core.${stack.name}`;
    const [same, other] = [core, llm].map((ref) => `${tag}@${ref?.split("@")[1] ?? ""}`);
    const engine = connectEngine(engineAddress(process.env));
    const { baseImages, unanswered } = await findOutdated({
      stack: stack.name,
      stages: manifest?.stages ?? {},
      refs: {},
      upstream: { debian: same ?? "", redis: other ?? "" },
      python: (versions) => Promise.resolve({ found: versions, missing: {} }),
      debian: () => Promise.resolve({}),
      digest: (name) => engine.registryDigest(name),
    });
    expect(unanswered.map(({ source }) => source)).to.deep.equal(["Debian packages"]);
    expect(baseImages.map(({ name, from, to }) => [name, from, to])).to.deep.equal([
      [tag, llm?.split("@")[1], core?.split("@")[1]],
    ]);
  });
});
