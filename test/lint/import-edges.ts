import { relative } from "node:path";
import type { Rule } from "eslint";
import { forbidden } from "./edges.ts";

interface Reference {
  readonly type: string;
  readonly source?: unknown;
  readonly importKind?: unknown;
  readonly exportKind?: unknown;
}

/** Reports imports, re-exports and dynamic imports that the architecture in edges.ts does not have. */
export const importEdges: Rule.RuleModule = {
  meta: { type: "problem", schema: [] },
  create(context) {
    const file = relative(context.cwd, context.filename);
    const check = (node: Rule.Node): void => {
      const { type, source, importKind, exportKind }: Reference = node;
      if (!isStringLiteral(source)) return;
      const typeOnly = importKind === "type" || exportKind === "type" || type === "TSImportType";
      const message = forbidden(file, source.value, typeOnly);
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      TSImportType: check,
    };
  },
};

function isStringLiteral(node: unknown): node is { readonly value: string } {
  return typeof node === "object" && node !== null && "value" in node && typeof node.value === "string";
}
