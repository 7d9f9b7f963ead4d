// Contexts of the docker client, which it keeps in its folder.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AddressError, CERTIFICATES, DEFAULT_HOST, parseHost, requireCertificates } from "./engine-host.mjs";

/** @typedef {{ Endpoints?: { docker?: { Host?: string, SkipTLSVerify?: boolean } } }} ContextFile */

/**
 * Returns the name of the context that `docker context use` chose, or undefined.
 *
 * @param {string} config The client's config.json.
 */
export function chosenContext(config) {
  const found = /** @type {{ currentContext?: unknown } | undefined} */ (readObject(config));
  const context = found?.currentContext;
  return typeof context === "string" && context !== "" ? context : undefined;
}

/**
 * Returns the address of a context and its folder of certificates, empty without TLS.
 *
 * @param {string} name
 * @param {string} folder The client's folder.
 * @param {string} source The variable or file that names the context.
 * @throws {AddressError} if there is no such context, or if it cannot be used.
 */
export function contextAddress(name, folder, source) {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = /** @type {ContextFile | undefined} */ (readObject(join(folder, "contexts", "meta", id, "meta.json")));
  if (meta === undefined) {
    throw new AddressError({
      key: source,
      expected: "a context that the docker client has",
      found: `no context "${name}"`,
      fix: "choose one of docker context ls",
    });
  }
  const { Host: text = "", SkipTLSVerify: skips = false } = meta.Endpoints?.docker ?? {};
  const key = `docker context ${name}`;
  const certificates = join(folder, "contexts", "tls", id, "docker");
  const isSecure = CERTIFICATES.some((file) => existsSync(join(certificates, file)));
  const { host, needsTls } = parseHost(text || DEFAULT_HOST, key, isSecure);
  if (!needsTls) return { host, certificates: "" };
  if (skips) {
    throw new AddressError({
      key,
      expected: "a context that verifies the engine's certificate",
      found: "skip-tls-verify",
      fix: `docker context update ${name} --docker host=…,ca=…,cert=…,key=…`,
    });
  }
  requireCertificates(certificates, key);
  return { host, certificates };
}

/**
 * Returns the object in a JSON file, or undefined if there is no such file.
 *
 * @param {string} file
 * @returns {unknown}
 */
function readObject(file) {
  if (!existsSync(file)) return undefined;
  try {
    /** @type {unknown} */
    const found = JSON.parse(readFileSync(file, "utf8"));
    if (typeof found === "object" && found !== null) return found;
  } catch {
    // The problem below names the file.
  }
  throw new AddressError({ key: file, expected: "a JSON object", found: "another text", fix: `mend ${file}` });
}
