// Makes the folder in which Pulumi keeps state, if the user has not chosen a backend.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { hasOwnBackend, hasOwnPassphrase } from "../lib/environment.mjs";
import { writeWhole } from "../lib/files.mjs";

/** @import { Paths } from "../lib/paths.mjs" */

/**
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
export function ensureState(at, env) {
  if (hasOwnBackend(env)) return;
  mkdirSync(at.state, { recursive: true });
  if (!hasOwnPassphrase(env) && !existsSync(at.passphrase)) {
    writeWhole(at.passphrase, randomBytes(32).toString("base64url"), 0o600);
  }
}
