import type { Linter } from "eslint";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import { importEdges } from "./import-edges.ts";

const outsideConfig = ["components/config/config.ts", "test/**", "toolchain/**"];

/** Programs that Pulumi's commands run. They get values in their environment that are no input of a resource. */
const programs = [
  "components/image/programs/**",
  "components/deploy/**/main.ts",
  "components/deploy/backing/set-role-password.ts",
];

/** The rules that keep the architecture. None needs type information, so a test can lint a file that does not exist. */
export const architecture: Linter.Config[] = [
  {
    plugins: { morgan: { rules: { "import-edges": importEdges } }, "import-x": importX },
    settings: {
      "import-x/extensions": [".ts", ".mjs", ".js"],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
      "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".mjs", ".js"] })],
    },
    rules: { "morgan/import-edges": "error", "import-x/no-cycle": ["error", { ignoreExternal: true }] },
  },
  {
    ignores: outsideConfig,
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "MemberExpression[object.name='pulumi'][property.name='Config'], " +
            "ImportDeclaration[source.value='@pulumi/pulumi'] > ImportSpecifier[imported.name='Config']",
          message: "Stack configuration is read in components/config/config.ts only.",
        },
      ],
    },
  },
  {
    ignores: [...outsideConfig, ...programs, "cli/**", "docs/examples/**"],
    rules: {
      "no-restricted-properties": [
        "error",
        {
          object: "process",
          property: "env",
          message: "The environment is read in components/config/config.ts and programs only.",
        },
      ],
      "no-restricted-imports": [
        "error",
        { paths: ["process", "node:process"].map((name) => ({ name, message: "Use the global `process`." })) },
      ],
    },
  },
];
