import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ESLint } from "eslint";
import type { Linter } from "eslint";
import tseslint from "typescript-eslint";
import { architecture } from "../lint/architecture.ts";

const parser: Linter.Config = { files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } };

function linter(cwd?: string): ESLint {
  return new ESLint({ ...(cwd && { cwd }), overrideConfigFile: true, overrideConfig: [parser, ...architecture] });
}

describe("import edges", () => {
  const eslint = linter();
  const lint = async (filePath: string, code: string): Promise<string[]> => {
    const results = await eslint.lintText(code, { filePath });
    return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ruleId ?? message));
  };

  const edge = "morgan/import-edges";
  const forbidden: [file: string, code: string, rule: string][] = [
    ["index.ts", 'import "./components/image/base.ts";', edge],
    ["index.ts", 'import "@pulumi/docker";', edge],
    ["components/stack.ts", 'import { load } from "./config.ts";', edge],
    ["components/config.ts", 'import "./stack.ts";', edge],
    ["components/config.ts", 'import "./image/base.ts";', edge],
    ["components/errors.ts", 'import "./units.ts";', edge],
    ["components/units.ts", 'import "./image/base.ts";', edge],
    ["components/units.ts", 'import "./dockerfile/render.ts";', edge],
    ["components/image/base.ts", 'import "../deploy/network.ts";', edge],
    ["components/image/base.ts", 'import type { A } from "../deploy/network.ts";', edge],
    ["components/image/base.ts", 'type A = import("../deploy/network.ts").A;', edge],
    ["components/image/base.ts", 'export * from "../stack.ts";', edge],
    ["components/image/base.ts", 'await import("../deploy/network.ts");', edge],
    ["components/image/base.ts", 'import { catalog } from "../../services/catalog.ts";', edge],
    ["components/image/base.ts", 'import * as docker from "@pulumi/docker";', edge],
    ["components/image/nested/a.ts", 'import "../../deploy/network.ts";', edge],
    ["components/deploy/network.ts", 'import { stage } from "../image/base.ts";', edge],
    ["components/deploy/network.ts", 'import * as build from "@pulumi/docker-build";', edge],
    ["components/deploy/network.ts", 'import { type Config } from "../config.ts";', edge],
    ["components/dockerfile/render.ts", 'import * as pulumi from "@pulumi/pulumi";', edge],
    ["components/dockerfile/render.ts", 'import "node:fs/promises";', edge],
    ["components/dockerfile/render.ts", 'import "node:child_process";', edge],
    ["components/stack.ts", 'import * as command from "@pulumi/command/local/index.js";', edge],
    ["cli/morgan.ts", 'import * as docker from "@pulumi/docker";', edge],
    ["services/catalog.ts", 'import { parse } from "../components/units.ts";', edge],
    ["components/deploy/network.ts", "process.env;", "no-restricted-properties"],
    ["components/stack.ts", "const { env } = process;", "no-restricted-properties"],
    ["components/stack.ts", 'import { env } from "node:process";', "no-restricted-imports"],
    ["components/stack.ts", "new pulumi.Config();", "no-restricted-syntax"],
    ["cli/morgan.ts", 'import { Config } from "@pulumi/pulumi";', "no-restricted-syntax"],
  ];
  for (const [file, code, rule] of forbidden) {
    it(`forbid in ${file}: ${code}`, async () => {
      expect(await lint(file, code)).to.deep.equal([rule]);
    });
  }

  const allowed: [file: string, code: string][] = [
    ["index.ts", 'import { MorganStack } from "./components/stack.ts"; import "./components/config.ts";'],
    ["components/stack.ts", 'import "./image/base.ts"; import "./deploy/network.ts"; import "./units.ts";'],
    ["components/stack.ts", 'import type { MorganConfig } from "./config.ts";'],
    ["components/config.ts", 'import "./errors.ts"; import "../services/catalog.ts"; new pulumi.Config(process.env);'],
    ["components/image/base.ts", 'import "../dockerfile/render.ts"; import "../units.ts"; import "./stage.ts";'],
    ["components/image/base.ts", 'import "@pulumi/docker-build"; import "@pulumi/command"; import "node:fs";'],
    ["components/image/base.ts", 'import type { Service } from "../../services/catalog.ts";'],
    ["components/deploy/network.ts", 'import "@pulumi/docker"; import type { MorganConfig } from "../config.ts";'],
    ["components/dockerfile/render.ts", 'import "./instruction.ts"; import "../errors.ts";'],
    ["services/catalog.ts", 'import type { Memory } from "../components/units.ts";'],
    ["cli/morgan.ts", 'import "../components/config.ts"; process.env;'],
    ["test/unit/a.test.ts", 'import "../../components/image/base.ts"; import "@pulumi/docker"; process.env;'],
  ];
  for (const [file, code] of allowed) {
    it(`allow in ${file}: ${code}`, async () => {
      expect(await lint(file, code)).to.deep.equal([]);
    });
  }

  it("forbid a circle, except of types", async () => {
    const folder = await mkdtemp(join(tmpdir(), "morgan-lint-"));
    try {
      await writeFile(join(folder, "a.ts"), 'import { b } from "./b.ts"; export const a = b;');
      await writeFile(join(folder, "b.ts"), 'import { a } from "./a.ts"; export const b = a;');
      await writeFile(join(folder, "c.ts"), 'import type { D } from "./d.ts"; export const c = 1 as D;');
      await writeFile(join(folder, "d.ts"), 'import { c } from "./c.ts"; export type D = typeof c;');
      const results = await linter(folder).lintFiles(["."]);
      const rules = results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ruleId ?? message));
      expect(rules).to.deep.equal(["import-x/no-cycle", "import-x/no-cycle"]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("are part of the project's own configuration", async () => {
    const config = (await new ESLint().calculateConfigForFile("components/stack.ts")) as Linter.Config;
    for (const rule of [edge, "import-x/no-cycle", "no-restricted-properties", "no-restricted-syntax"]) {
      expect(config.rules?.[rule], rule).to.satisfy((entry: unknown) => Array.isArray(entry) && entry[0] === 2);
    }
  });
});
