import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { readShipped } from "../support/shipped.ts";
import { usePrograms } from "../support/programs.ts";
import { useFolder } from "../support/project.ts";

describe("the run of CI", () => {
  const project = useFolder();
  const programs = usePrograms(project);

  // CI runs on Linux.
  for (const signal of process.platform === "win32" ? [] : (["SIGINT", "SIGTERM"] as const)) {
    it(`ends what npm has started by ${signal}, and fails`, async () => {
      project.write(".ci/run", readShipped(".ci/run"));
      project.write("node_modules/.keep", "");
      project.remove("pid");
      // npm ends by the signal, and does not pass it on.
      programs.write("npm", `sh -c 'trap "exit 7" INT TERM; echo $$ >pid; while :; do sleep 0.1; done' & wait`);
      const child = spawn("bash", [".ci/run"], { stdio: "ignore", env: process.env });
      while (!existsSync("pid") || readFileSync("pid", "utf8") === "") await sleep(20);
      const pid = Number(readFileSync("pid", "utf8"));
      // bash sets its trap beside the start of npm.
      await sleep(500);
      child.kill(signal);
      const [code] = (await once(child, "exit")) as [number | null];
      expect(code).to.be.a("number").and.not.equal(0);
      while (isAlive(pid)) await sleep(20);
    });
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
