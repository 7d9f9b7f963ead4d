import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import fc from "fast-check";
import { environment } from "../../../toolchain/lib/environment.mjs";
import { ROOT } from "../support/shipped.ts";

const TOOLCHAIN = fileURLToPath(new URL("toolchain/", ROOT));

/** What Node 18.0 lacks and a set-up could be tempted to use. Each of these came with a later version. */
const NEWER = new RegExp(
  [
    /\bURL\.canParse\b/,
    /\bimport\.meta\.(?:dirname|filename|resolve|main)\b/,
    /\bPromise\.(?:withResolvers|try)\b/,
    /\b(?:Object|Map)\.groupBy\b/,
    /\bArray\.fromAsync\b/,
    /\bAbortSignal\.any\b/,
    /\bBuffer\.is(?:Utf8|Ascii)\b/,
    /\.(?:parentPath|toSorted|toReversed|toSpliced|isWellFormed|toWellFormed)\b/,
    /\breaddirSync\([^)]*recursive/,
    /\b(?:parseArgs|styleText|globSync|loadEnvFile|statfsSync|availableParallelism|getBuiltinModule)\b/,
    /\bimport [^;]+ with \{/,
    /\/v[dgimsuy]*[;,)]/,
  ]
    .map(({ source }) => source)
    .join("|"),
);

describe("set-up on the oldest Node", () => {
  // Pulumi loads lean-sdk.mjs, with the Node that set-up has installed.
  const files = globSync("{.,lib,setup}/*.mjs", { cwd: TOOLCHAIN }).filter((file) => file !== "lean-sdk.mjs");

  for (const file of files) {
    it(`${file} uses nothing that Node 18.0 lacks`, () => {
      const code = readFileSync(join(TOOLCHAIN, file), "utf8").replace(/^\s*(?:\/\/|\/?\*).*$/gm, "");
      expect(NEWER.exec(code)?.[0]).to.equal(undefined);
    });
  }
});

describe("a checkout in a folder with an odd name", () => {
  it("has a backend whose URL leads to the folder, whatever the name is", () => {
    const name = fc.string({ unit: "grapheme" }).filter((text) => !/[\0/]|^\.{0,2}$/.test(text) && text.isWellFormed());
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (names) => {
        const root = `/${names.join("/")}`;
        const env = { HOME: "/home/ada", PATH: "/usr/bin" };
        const [url = "", ...query] = (environment({ root, env })["PULUMI_BACKEND_URL"] ?? "").split("?");
        expect(query).to.deep.equal(["metadata=skip"]);
        expect(url).not.to.contain("#");
        expect(fileURLToPath(url)).to.equal(`${root}/.morgan/state`);
      }),
    );
  });

  it("is refused by ./morgan with a backslash, from whose folder Node imports nothing", () => {
    const folder = mkdtempSync(join(tmpdir(), "morgan-odd-"));
    mkdirSync(join(folder, "a\\b"));
    symlinkSync(fileURLToPath(new URL("toolchain", ROOT)), join(folder, "a\\b/toolchain"));
    const script = readFileSync(new URL("morgan", ROOT), "utf8");
    const { status, stderr } = spawnSync("sh", ["-c", script, join(folder, "a\\b/morgan")], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect(stderr).to.contain("has a backslash");
    expect(status).to.equal(1);
  });

  it("runs set-up over a link to the checkout, too", () => {
    const folder = mkdtempSync(join(tmpdir(), "morgan-link-"));
    symlinkSync(fileURLToPath(ROOT), join(folder, "link"));
    // A set-up that runs makes the folder of its files first, and there it may not.
    const env = { PATH: "/nowhere", HOME: "/dev/null", XDG_CACHE_HOME: "/dev/null" };
    const { stderr } = spawnSync(process.execPath, [join(folder, "link/toolchain/setup.mjs")], {
      encoding: "utf8",
      env,
    });
    rmSync(folder, { recursive: true });
    expect(stderr).to.contain("setup: cannot go on");
  });
});
