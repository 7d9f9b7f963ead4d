import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";

const MODULE = pathToFileURL(resolve(import.meta.dirname, "../../../components/startup/broken-pipe.ts")).href;

/** Prints every uncaught error, as Pulumi does. */
const program = (stream: string): string => `
  await import(${JSON.stringify(MODULE)});
  process.on("uncaughtException", (error) => console.error(error.message));
  setInterval(() => process.${stream}.write("at work\\n"), 10);
`;

describe("a program whose reader has gone", () => {
  for (const stream of ["stdout", "stderr"] as const) {
    it(`ends by itself if the reader of its ${stream} has gone`, async () => {
      const child = spawn(process.execPath, ["--input-type=module", "--eval", program(stream)], { timeout: 10_000 });
      child.stdout.resume();
      child.stderr.resume();
      await once(child[stream], "data");
      child[stream].destroy();
      expect(await once(child, "exit")).to.deep.equal([1, null]);
    });
  }
});
