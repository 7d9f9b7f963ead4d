// Runs before Pulumi's SDK (`nodeargs` in Pulumi.yaml) and keeps the SDK from loading what this program does not use.
// That makes every run shorter. @pulumi/pulumi 3.270.0 loads TypeScript, npm's package resolver and V8's debugger for
// resources that are made from functions. It also loads source maps, tracing and the automation API. This program has no
// such resource, and Node 24 keeps the line numbers of TypeScript without a source map.
import { createRequire, Module } from "node:module";
import { join } from "node:path";

const sdk = createRequire(join(import.meta.dirname, "..", "node_modules", "@pulumi", "pulumi", "index.js"));

/**
 * Replaces the exports of a module that is not loaded yet.
 * @param {string} name
 * @param {object} exports
 */
function replace(name, exports) {
  const filename = sdk.resolve(name);
  const module = new Module(filename);
  module.exports = exports;
  module.loaded = true;
  sdk.cache[filename] = module;
}

function leftOut() {
  throw new Error("toolchain/lean-sdk.mjs leaves out the code that makes a resource from a function");
}

replace("./runtime/closure/serializeClosure", { serializeFunction: leftOut, serializeFunctionAsync: leftOut });
replace("./runtime/closure/codePaths", { computeCodePaths: leftOut });
replace("./runtime/closure/v8Hooks", { isInitializedAsync: () => Promise.resolve() });
replace("./typescript-shim", {});
replace("./automation", {});
replace("source-map-support/register", {});

const nothing = () => undefined;
// With this variable, @pulumi/pulumi 3.270.0 has the program send traces.
if (!process.env["PULUMI_EXPERIMENTAL"]) {
  replace("./cmd/run/tracing", { newSpan: () => ({ setAttribute: nothing, addEvent: nothing, end: nothing }) });
}
