import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { run } from "../../harness/process.ts";
import { useFolder } from "../support/project.ts";

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

describe("a run that a signal ends", () => {
  const module = fileURLToPath(new URL("../../harness/process.ts", import.meta.url));
  const project = useFolder();

  it("gives it to its children once, though the terminal and the launcher both send it", async () => {
    project.write("got", "");
    project.write(
      "noting",
      "trap 'echo TERM >>got; sleep 0.3; echo clean >>got; exit 0' TERM\necho up >>got\nsleep 60 & wait $!\n",
    );
    project.write(
      "main.mjs",
      `import { endChildrenOnSignal, run } from ${JSON.stringify(module)};
endChildrenOnSignal();
await run("sh", ["noting"]);`,
    );
    const child = spawn(process.execPath, ["main.mjs"], { stdio: "ignore" });
    const got = (): string => readFileSync("got", "utf8");
    while (!got().includes("up")) await sleep(10);
    child.kill("SIGTERM");
    while (!got().includes("TERM")) await sleep(5);
    child.kill("SIGTERM");
    await once(child, "exit");
    expect(got()).to.equal("up\nTERM\nclean\n");
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
