import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ESLint } from "eslint";
import type { Linter } from "eslint";
import tseslint from "typescript-eslint";
import { architecture } from "../../lint/architecture.ts";

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
    ["index.ts", 'import "./components/image/image-graph.ts";', edge],
    ["index.ts", 'import "@pulumi/docker";', edge],
    ["components/stack.ts", 'import { load } from "./config/config.ts";', edge],
    ["components/config/config.ts", 'import "../stack.ts";', edge],
    ["components/config/config.ts", 'import "../image/image-graph.ts";', edge],
    ["components/lib/errors.ts", 'import "../catalog/service.ts";', edge],
    ["components/lib/errors.ts", 'import * as pulumi from "@pulumi/pulumi";', edge],
    ["components/lib/units.ts", 'import "node:fs";', edge],
    ["components/catalog/service.ts", 'import { parse } from "../lib/units.ts";', edge],
    ["components/catalog/service.ts", 'import "node:crypto";', edge],
    ["components/requirements/lock.ts", 'import "node:fs";', edge],
    ["components/gpu/plan.ts", 'import "node:child_process";', edge],
    ["components/gpu/plan.ts", 'import { engineApi } from "../engine/api.ts";', edge],
    ["components/deploy/deployment.ts", 'import { APP } from "../dockerfile/recipes/base.ts";', edge],
    ["components/config/config.ts", 'import { catalog } from "../../services/catalog.ts";', edge],
    ["components/gpu/plan.ts", 'import { thisHost } from "../host/host.ts";', edge],
    ["components/engine/api.ts", 'import "../host/http.ts";', edge],
    ["components/image/stages/base.ts", 'import "../image-graph.ts";', edge],
    ["components/image/stages/base.ts", 'import "../../deploy/container/networks.ts";', edge],
    ["components/image/stages/base.ts", 'import type { A } from "../../deploy/container/networks.ts";', edge],
    ["components/image/stages/base.ts", 'type A = import("../../deploy/container/networks.ts").A;', edge],
    ["components/image/stages/base.ts", 'export * from "../../stack.ts";', edge],
    ["components/image/stages/base.ts", 'await import("../../deploy/container/networks.ts");', edge],
    ["components/image/image-graph.ts", 'import { catalog } from "../../services/catalog.ts";', edge],
    ["components/image/image-graph.ts", 'import * as docker from "@pulumi/docker";', edge],
    ["components/image/stages/nested/a.ts", 'import "../../../deploy/container/networks.ts";', edge],
    ["components/deploy/container/networks.ts", 'import { stage } from "../../image/stages/base-stage.ts";', edge],
    ["components/deploy/container/networks.ts", 'import * as build from "@pulumi/docker-build";', edge],
    ["components/deploy/deployment.ts", 'import { type Config } from "../config/config.ts";', edge],
    ["components/dockerfile/render.ts", 'import * as pulumi from "@pulumi/pulumi";', edge],
    ["components/dockerfile/render.ts", 'import "node:fs/promises";', edge],
    ["components/dockerfile/render.ts", 'import "node:child_process";', edge],
    ["components/dockerfile/render.ts", 'import "./recipes/base.ts";', edge],
    ["components/stack.ts", 'import * as command from "@pulumi/command/local/index.js";', edge],
    ["cli/morgan.ts", 'import * as docker from "@pulumi/docker";', edge],
    ["cli/lib/arguments.ts", 'import "../stack/pulumi.ts";', edge],
    ["services/catalog.ts", 'import { parse } from "../components/lib/units.ts";', edge],
    ["components/deploy/container/networks.ts", "process.env;", "no-restricted-properties"],
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
    ["index.ts", 'import { MorganStack } from "./components/stack.ts"; import "./components/config/config.ts";'],
    [
      "components/stack.ts",
      'import "./image/image-graph.ts"; import "./deploy/deployment.ts"; import "./lib/units.ts";',
    ],
    ["components/stack.ts", 'import type { MorganConfig } from "./config/config.ts";'],
    ["components/config/config.ts", 'import "../lib/errors.ts"; import "./reader.ts"; new pulumi.Config(process.env);'],
    ["components/lib/json.ts", 'import "./map-values.ts"; import "node:crypto";'],
    ["components/gpu/plan.ts", 'import { ROLE_LABEL } from "../engine/labels.ts";'],
    ["components/image/stages/base.ts", 'import "../../dockerfile/render.ts"; import "./stage-image.ts";'],
    ["components/image/stages/base.ts", 'import "@pulumi/docker-build"; import "@pulumi/command"; import "node:fs";'],
    ["components/catalog/service.ts", 'import type { Size } from "../lib/units.ts";'],
    ["components/deploy/deployment.ts", 'import "@pulumi/docker"; import type { C } from "../config/config.ts";'],
    ["components/dockerfile/render.ts", 'import "./instruction.ts"; import "node:crypto";'],
    ["services/catalog.ts", 'import type { Service } from "../components/catalog/service.ts";'],
    ["cli/morgan.ts", 'import "./commands/deploy.ts"; import "../toolchain/lib/file-lock.mjs"; process.env;'],
    ["test/unit/a.test.ts", 'import "../../components/image/image-graph.ts"; import "@pulumi/docker"; process.env;'],
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
