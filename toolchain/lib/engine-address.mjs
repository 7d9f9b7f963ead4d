// The rule that decides which container engine is meant. The program, Pulumi's providers, buildx, scripts and the
// command line all follow it.
import { join } from "node:path";
import { chosenContext, contextAddress } from "./docker-context.mjs";
import { DEFAULT_HOST, parseHost, requireCertificates } from "./engine-host.mjs";
import { home, setting } from "./paths.mjs";

/**
 * @typedef {object} EngineAddress
 * @property {string} host "unix:///path", "npipe:////./pipe/name", "tcp://host:port" or "ssh://user@host".
 * @property {string} certificates Folder with ca.pem, cert.pem and key.pem, for TLS; empty without TLS.
 * @property {string} source The variable or file that chose the engine; empty for the default socket.
 */

/** The variables that lead every program to the engine. */
export const ENGINE_VARIABLES = [
  "DOCKER_HOST",
  "DOCKER_CONTEXT",
  "DOCKER_TLS",
  "DOCKER_TLS_VERIFY",
  "DOCKER_CERT_PATH",
];

/**
 * Returns the address of the engine: DOCKER_HOST, else DOCKER_CONTEXT, else the context that the docker client has
 * chosen, else the default socket. An empty variable counts as unset.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {EngineAddress}
 * @throws {AddressError} if the address is malformed, or if a file that it needs is missing.
 */
export function engineAddress(env) {
  const folder = setting(env, "DOCKER_CONFIG") ?? join(home(env), ".docker");
  const host = setting(env, "DOCKER_HOST");
  if (host !== undefined) return { ...withVariables(host, folder, env), source: "DOCKER_HOST" };
  const config = join(folder, "config.json");
  const named = setting(env, "DOCKER_CONTEXT");
  const context = named ?? chosenContext(config) ?? "default";
  if (context === "default") return { host: DEFAULT_HOST, certificates: "", source: "" };
  const source = named === undefined ? config : "DOCKER_CONTEXT";
  return { ...contextAddress(context, folder, source), source };
}

/**
 * Returns the variables that make every program use that engine, apart from those that are right already. The default
 * socket is left unnamed: Pulumi's docker provider 5.2 records an address that a variable names.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string>}
 * @throws {AddressError} like `engineAddress`.
 */
export function engineVariables(env) {
  const { host, certificates, source } = engineAddress(env);
  const hasTls = certificates !== "";
  const values = [source === "" ? "" : host, "", "", hasTls ? "1" : "", certificates];
  const wanted = ENGINE_VARIABLES.map((name, index) => /** @type {const} */ ([name, values[index] ?? ""]));
  return Object.fromEntries(wanted.filter(([name, value]) => (env[name] ?? "") !== value));
}

/**
 * @param {string} text
 * @param {string} clientFolder
 * @param {NodeJS.ProcessEnv} env
 */
function withVariables(text, clientFolder, env) {
  const isSecure = ["DOCKER_TLS_VERIFY", "DOCKER_TLS"].some((name) => setting(env, name) !== undefined);
  const { host, needsTls } = parseHost(text, "DOCKER_HOST", isSecure);
  if (!needsTls) return { host, certificates: "" };
  const certificates = setting(env, "DOCKER_CERT_PATH") ?? clientFolder;
  requireCertificates(certificates, "DOCKER_CERT_PATH");
  return { host, certificates };
}
