import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { PrivateCa } from "./support/private-ca.ts";
import { TestStack } from "./support/test-stack.ts";

const run = promisify(execFile);

describe("another client of a stack", () => {
  let stack: TestStack;
  let other: string;

  before(async () => {
    stack = await TestStack.create({ services: ["llm"], caBundle: "ca.pem" });
    cpSync(new PrivateCa("one CA").certificate, join(stack.folder, "ca.pem"));
    await stack.up();
    other = mkdtempSync(join(tmpdir(), "morgan %2F test-"));
    cpSync(stack.folder, other, { recursive: true, verbatimSymlinks: true });
    rmSync(join(other, ".morgan"), { recursive: true });
    cpSync(new PrivateCa("another CA").certificate, join(other, "ca.pem"));
    writeFileSync(join(other, "home"), "");
  });

  after(async () => {
    rmSync(other, { recursive: true, force: true });
    await stack.dispose();
  });

  it("plans no change with another checkout, home, cache, umask, CA and source of base images", async () => {
    const recorded = (await stack.outputs()).baseImages;
    const env = {
      ...stack.environment(),
      HOME: join(other, "home"),
      XDG_CACHE_HOME: join(other, "caches"),
      MORGAN_CACHE: join(other, "caches", "morgan"),
      MORGAN_BASE_IMAGES: recorded === "debian" ? "registry" : "debian",
      USER: "ada",
    };
    const preview = `umask 077; exec pulumi preview --non-interactive --expect-no-changes --stack ${stack.name}`;
    const { stdout } = await run("/bin/sh", ["-c", preview], { cwd: other, env });
    expect(stdout).to.match(/\d+ unchanged/);
  });
});
