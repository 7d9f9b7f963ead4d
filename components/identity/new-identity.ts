import { randomUUID } from "node:crypto";
import type { Identity } from "../engine/identity.ts";

// The stdout of this program becomes an output of a Pulumi resource, which keeps it in the state.
const [, , stack = "", legacy] = process.argv;
const made: Identity = { stack, id: randomUUID(), legacy: legacy === "true" };
console.log(JSON.stringify(made));
