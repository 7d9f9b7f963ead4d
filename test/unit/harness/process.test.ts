import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { run } from "../../harness/process.ts";

describe("running a command", () => {
  const script = (text: string, ...args: readonly string[]): Promise<number> => run("sh", ["-c", text, "sh", ...args]);

  it("returns its exit code", async () => {
    expect(await script("exit 3")).to.equal(3);
  });

  it("returns a shell's exit code if a signal ended the command", async () => {
    expect(await script("kill -TERM $$")).to.equal(143);
  });

  it("returns a shell's exit code if there is no such command", async () => {
    expect(await run("/nonexistent", [])).to.equal(127);
  });

  it("passes environment variables on", async () => {
    expect(await run("sh", ["-c", 'test "$GREETING" = hello'], { GREETING: "hello" })).to.equal(0);
  });

  it("ends all children of the command", async () => {
    const folder = mkdtempSync(join(tmpdir(), "morgan-process-"));
    try {
      await script('sleep 60 & echo $! > "$1/pid"', folder);
      const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
      await waitUntilGone(pid);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

async function waitUntilGone(pid: number): Promise<void> {
  // A process that has ended keeps its pid until its new parent collects it.
  while (state(pid) !== "Z" && state(pid) !== undefined) await new Promise((resolve) => setTimeout(resolve, 10));
}

function state(pid: number): string | undefined {
  try {
    return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  } catch {
    return undefined;
  }
}
