import { spawn, type ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { receiveSignals, STOP_SIGNALS } from "../../../../cli/lib/signals.ts";
import { useFolder } from "../../support/project.ts";

describe("stop signals", () => {
  it("that come together are one; a later one is another", () => {
    let time = 1000;
    const got: string[] = [];
    const receiver = {
      first: (signal: NodeJS.Signals) => void got.push(`first ${signal}`),
      again: (signal: NodeJS.Signals) => void got.push(`again ${signal}`),
    };
    // Signals of this process itself would end the test run.
    const source = new EventEmitter();
    const emit = (...signals: readonly NodeJS.Signals[]): void => {
      for (const signal of signals) source.emit(signal, signal);
    };
    const stop = receiveSignals(receiver, { source, now: () => time });
    emit("SIGHUP", "SIGINT");
    time += 499;
    emit("SIGINT");
    expect(got).to.deep.equal(["first SIGHUP"]);
    time += 501;
    emit("SIGTERM", "SIGTERM");
    expect(got).to.deep.equal(["first SIGHUP", "again SIGTERM"]);
    stop();
    for (const signal of STOP_SIGNALS) expect(source.listenerCount(signal), signal).to.equal(0);
  });
});

describe("a program that a signal ends", () => {
  const project = useFolder();
  const module = fileURLToPath(new URL("../../../../cli/lib/run-program.ts", import.meta.url));
  const interrupts = (): number =>
    readFileSync("got", "utf8")
      .split("\n")
      .filter((line) => line === "INT").length;
  /** Runs a program that notes its interrupts and goes on for `seconds` after the first one. */
  const start = async (seconds: number, afterwards = ""): Promise<ChildProcess> => {
    project.write("got", "");
    project.remove("killed");
    project.write(
      "noting",
      `trap 'echo INT >>got; sleep ${String(seconds)} & wait $!; exit 7' INT\necho up >>got\nsleep 60 & wait $!\n`,
    );
    project.write(
      "main.mjs",
      `import { writeFileSync } from "node:fs";
import { execute } from ${JSON.stringify(module)};
await execute("sh", ["noting"], { show: true }).catch((error) => {
  process.exitCode = error.exitCode;
  writeFileSync("killed", String(error.atOnce));
});
${afterwards}`,
    );
    // In a group of its own, as a shell starts it in a terminal.
    const child = spawn(process.execPath, ["main.mjs"], { stdio: "ignore", detached: true });
    while (!readFileSync("got", "utf8").includes("up")) await sleep(10);
    return child;
  };

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    it(`gets one interrupt for ${signal}, and is waited for`, async () => {
      const child = await start(0.3);
      // As in a terminal, the whole group gets the signal, and a launcher sends it on.
      process.kill(-Number(child.pid), signal);
      process.kill(Number(child.pid), signal);
      expect(await once(child, "exit")).to.deep.equal([code, null]);
      expect(interrupts()).to.equal(1);
      expect(readFileSync("killed", "utf8")).to.equal("false");
    });
  }

  it("may end at once: the launcher's copy of the signal does not end the cleaning up", async () => {
    const child = await start(0, 'await execute("sh", ["-c", "sleep 0.3"]); writeFileSync("clean", "");');
    child.kill("SIGINT");
    while (!existsSync("killed")) await sleep(5);
    child.kill("SIGINT");
    expect(await once(child, "exit")).to.deep.equal([130, null]);
    expect(existsSync("clean")).to.equal(true);
  });

  it("ends at once by a second signal", async () => {
    const child = await start(60);
    child.kill("SIGINT");
    while (interrupts() === 0) await sleep(10);
    await sleep(600);
    child.kill("SIGINT");
    expect(await once(child, "exit")).to.deep.equal([130, null]);
    expect(interrupts()).to.equal(1);
    expect(readFileSync("killed", "utf8")).to.equal("true");
  });
});

describe("a command between two programs", () => {
  const project = useFolder();
  const module = fileURLToPath(new URL("../../../../cli/lib/interrupts.ts", import.meta.url));

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    it(`ends by ${signal} with a message`, async () => {
      project.remove("up");
      project.write(
        "idle.mjs",
        `import { writeFileSync } from "node:fs";
import { endOnSignals } from ${JSON.stringify(module)};
endOnSignals((signal) => { writeFileSync("message", signal); });
writeFileSync("up", "");
setTimeout(() => undefined, 60_000);`,
      );
      const child = spawn(process.execPath, ["idle.mjs"], { stdio: "ignore" });
      while (!existsSync("up")) await sleep(10);
      child.kill(signal);
      expect(await once(child, "exit")).to.deep.equal([code, null]);
      expect(readFileSync("message", "utf8")).to.equal(signal);
    });
  }
});
