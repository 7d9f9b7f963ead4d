import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { watchUnwatched } from "../../../../components/deploy/readiness/unwatched.ts";
import { messageOf, MorganError } from "../../../../components/lib/errors.ts";
import { container, engineWith } from "../../support/containers.ts";

const TASK = { pidsLimit: 512, minReady: 0, startLimit: 1000 };
const ignore = (): void => undefined;

describe("the containers that the readiness gate has not watched", () => {
  it("are limited and watched by the program itself, the others are not", async () => {
    const limited: string[] = [];
    const limitProcesses = (id: string): Promise<void> => Promise.resolve(void limited.push(id));
    const engine = engineWith([container("new", "core"), container("old", "vad")], { limitProcesses });
    await watchUnwatched({ containers: ["new", "old"], watchedBefore: ["old"], ...TASK }, engine, ignore);
    expect(limited).to.deep.equal(["new"]);
  });

  it("fail the update if one of them does not get ready, with its log and what serves instead", async () => {
    const stopped: string[] = [];
    const crashing = container("new", "core", { status: "restarting", health: "starting", restarts: 3 });
    const engine = engineWith([crashing, container("old", "core")], {
      stop: (id) => Promise.resolve(void stopped.push(id)),
      logs: () => Promise.resolve("last words\n"),
    });
    const task = { containers: ["new"], watchedBefore: [""], ...TASK };
    const error = await watchUnwatched(task, engine, ignore).catch((error: unknown) => error);
    expect(error).to.be.instanceOf(MorganError);
    expect(messageOf(error))
      .to.include("1 problem; no release is recorded, and no replaced container is removed.")
      .and.include("container morgan-dev-new")
      .and.include("its process ended 3 times; it was stopped, and the container that it was to replace goes on")
      .and.include("last words");
    expect(stopped).to.deep.equal(["new"]);
  });
});

describe("the program of the readiness gate", () => {
  it("prints an error without a stack trace", () => {
    const input = JSON.stringify({ containers: ["0".repeat(64)], ...TASK });
    const gate = ["components/deploy/readiness/main.ts"];
    const env = { ...process.env, DOCKER_HOST: "tcp://127.0.0.1:1" };
    let printed = "";
    try {
      execFileSync(process.execPath, gate, { input, env, encoding: "utf8", stdio: "pipe" });
    } catch (error) {
      const { stdout, stderr, status } = error as { stdout: string; stderr: string; status: number };
      printed = stdout + stderr;
      expect(status).to.equal(1);
    }
    expect(printed)
      .to.include("ECONNREFUSED")
      .and.not.match(/^ +at /m);
  });
});
