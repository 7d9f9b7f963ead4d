import { execFile } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { readShipped } from "../support/shipped.ts";

/** The arguments that Pulumi.yaml gives to the program's Node. */
const ARGUMENTS = (/^ {4}nodeargs: (.*)$/m.exec(readShipped("Pulumi.yaml"))?.[1] ?? "").split(" ");

/** Runs a script as Pulumi runs the program, and gives what it prints. */
async function run(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...ARGUMENTS, "--eval", script]);
  return stdout.trim();
}

const LOAD = 'const pulumi = require("@pulumi/pulumi"); require("@pulumi/pulumi/cmd/run/error");';

describe("Pulumi's SDK in the program", () => {
  it("is loaded without the part that turns functions into resources", async () => {
    const loaded = await run(`${LOAD} console.log(Object.keys(require.cache).join("\\n"))`);
    expect(loaded).to.contain("@pulumi/pulumi/runtime/resource.js");
    expect(loaded).not.to.match(/node_modules\/(?:typescript|@npmcli)\//);
  });

  it("fails with a message if a program creates such a resource", async () => {
    const said = await run(
      `${LOAD} pulumi.runtime.serializeFunction(() => 1).catch((error) => console.log(error.message))`,
    ).catch(String);
    expect(said).to.contain("lean-sdk.mjs leaves out");
  });

  it("is loaded in the same way by the older language host, which takes options as flags", async () => {
    const folder = mkdtempSync(join(tmpdir(), "morgan-host-"));
    try {
      copyFileSync("toolchain/language-nodejs/pulumi-language-nodejs", join(folder, "wrapper"));
      const host = join(folder, "pulumi-language-nodejs-host");
      writeFileSync(host, '#!/bin/sh\nprintf "%s\\n" "$@"\n');
      chmodSync(host, 0o755);
      const { stdout } = await promisify(execFile)(join(folder, "wrapper"), ["127.0.0.1:1"]);
      expect(stdout.trim().split("\n")).to.deep.equal([
        "--typescript=false",
        `--nodeargs=${ARGUMENTS.join(" ")}`,
        "127.0.0.1:1",
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
