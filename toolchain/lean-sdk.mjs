// Loaded before Pulumi's SDK (`nodeargs` in Pulumi.yaml). The SDK loads TypeScript, npm's package resolver and V8's debugger
// for programs that make resources of functions, a source map for every file in a stack trace, and what sends traces and
// runs other programs. This one makes and runs none, and Node leaves the lines of TypeScript where they are: a sixth of the
// time of an up that changes nothing.
import { createRequire, Module } from "node:module";
import { join } from "node:path";

const sdk = createRequire(join(import.meta.dirname, "..", "node_modules", "@pulumi", "pulumi", "index.js"));

/**
 * Puts something in the place of a module that has not been loaded yet.
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
  throw new Error("toolchain/lean-sdk.mjs leaves out what makes a resource of a function, and something makes one");
}

replace("./runtime/closure/serializeClosure", { serializeFunction: leftOut, serializeFunctionAsync: leftOut });
replace("./runtime/closure/codePaths", { computeCodePaths: leftOut });
replace("./runtime/closure/v8Hooks", { isInitializedAsync: () => Promise.resolve() });
replace("./typescript-shim", {});
replace("./automation", {});
replace("source-map-support/register", {});

const nothing = () => undefined;
// An experiment of Pulumi's has the program itself send traces.
if (!process.env["PULUMI_EXPERIMENTAL"]) {
  replace("./cmd/run/tracing", { newSpan: () => ({ setAttribute: nothing, addEvent: nothing, end: nothing }) });
}
