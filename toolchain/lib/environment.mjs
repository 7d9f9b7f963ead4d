// The environment of a run. A variable that the user has set wins; an empty one counts as unset.
import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { engineVariables } from "./engine-address.mjs";
import { AddressError } from "./engine-host.mjs";
import { pathToFileURL } from "node:url";
import { readJson } from "./files.mjs";
import { home, nodeDirectory, paths, setting, toolchainComplete } from "./paths.mjs";
import { which } from "./process.mjs";

/** @import { Paths } from "./paths.mjs" */

const CA_BUNDLES = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/** The sources that base images may come from: Debian packages, or an image registry. */
export const BASE_IMAGES = ["debian", "registry"];

/** The folders in which Go 1.26 finds certificates while SSL_CERT_DIR is not set. */
const CERTIFICATE_FOLDERS = "/etc/ssl/certs:/etc/pki/tls/certs";

/**
 * Removes the variables that are set to nothing, as a CI system sets them: many programs take an empty value for a
 * value. An empty passphrase is one. What npm sets names the options that npm took.
 * @param {NodeJS.ProcessEnv} env
 */
export function removeEmpty(env) {
  for (const [name, value] of Object.entries(env)) {
    if (value === "" && name !== "PULUMI_CONFIG_PASSPHRASE" && !name.startsWith("npm_"))
      Reflect.deleteProperty(env, name);
  }
}

/**
 * Returns the variables that a run needs besides the variables it inherits.
 * @param {{ root: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Record<string, string>}
 */
export function environment({ root, env = process.env }) {
  const at = paths({ root, env });
  const ours = {
    ...pulumiHome(at, env),
    ...backend(at, env),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Keeps the stack's salt in its state. The passphrase belongs to one machine, so the salt is not checked in.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    // Provenance holds a time stamp. With it, unchanged content gets a new digest, which replaces every container.
    BUILDX_NO_DEFAULT_ATTESTATIONS: "1",
    NODE_COMPILE_CACHE: at.nodeCompile,
    // An up without changes is a dozen short Go processes, and comparisons that can run at the same time.
    GOGC: "400",
    PULUMI_PARALLEL_DIFF: "true",
    ...(existsSync(at.uv) && { MORGAN_UV: at.uv }),
    ...caBundle(),
  };
  const always = {
    ...searchedCertificates(at, env),
    ...baseImages(at, env),
    ...engine(env),
    MORGAN_CACHE: at.cache,
    // Of a plain `pulumi` in a shell. A command of this project has a folder for each run.
    MORGAN_TMPDIR: join(at.runs, "shell"),
    PATH: searchPath(at, env),
  };
  const unset = Object.entries(ours).filter(([name]) => setting(env, name) === undefined);
  return { ...Object.fromEntries(unset), ...always };
}

/**
 * Returns the variables of the engine. Set-up reports an address that cannot be used; what needs no engine runs anyway.
 * @param {NodeJS.ProcessEnv} env
 */
function engine(env) {
  try {
    return engineVariables(env);
  } catch (error) {
    if (error instanceof AddressError) return {};
    throw error;
  }
}

/**
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string>}
 */
function baseImages(at, env) {
  const choice = setting(env, "MORGAN_BASE_IMAGES") ?? recordedBaseImages(at);
  return choice === undefined ? {} : { MORGAN_BASE_IMAGES: choice };
}

/**
 * Returns the source of base images that set-up has recorded. A file with anything else in it counts as no record:
 * set-up decides again and writes the file anew.
 * @param {Pick<Paths, "machine">} at
 * @returns {string | undefined}
 */
export function recordedBaseImages({ machine }) {
  try {
    const { baseImages } = /** @type {{ baseImages?: string }} */ (readJson(machine) ?? {});
    return BASE_IMAGES.find((choice) => choice === baseImages);
  } catch {
    return undefined;
  }
}

/**
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
function searchPath(at, env) {
  const inherited = (env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const first = [...nodeFolder(at, env), ...(toolchainComplete(at) ? [at.toolchainBin] : []), at.clients];
  return [...first, ...inherited.filter((folder) => !first.includes(folder))].join(delimiter);
}

/**
 * Returns no folder if the wanted Node is the first on PATH already. An entry would bring its neighbours forward too.
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
function nodeFolder(at, env) {
  const wanted = nodeDirectory(at);
  const found = which("node", env["PATH"]);
  return found && existsSync(join(wanted, "node")) && realpathSync(found) === realpathSync(join(wanted, "node"))
    ? []
    : [wanted];
}

/**
 * Pulumi 3.259 warns at every run about plugins on PATH, so the plugins of set-up are in a Pulumi home of their own.
 * The credentials stay in the user's home.
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
function pulumiHome(at, env) {
  if (setting(env, "PULUMI_HOME") !== undefined || !toolchainComplete(at)) return {};
  return { PULUMI_HOME: at.pulumiHome, PULUMI_CREDENTIALS_PATH: credentialsFolder(env) };
}

/**
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 */
function backend(at, env) {
  if (hasOwnBackend(env)) return {};
  return {
    // Pulumi 3.259 keeps attributes beside each file and does not write them in one step. After a kill at that moment
    // Pulumi cannot read the state again. Nothing needs the attributes.
    PULUMI_BACKEND_URL: `${pathToFileURL(at.state).href}?metadata=skip`,
    ...(!hasOwnPassphrase(env) && { PULUMI_CONFIG_PASSPHRASE_FILE: at.passphrase }),
  };
}

/** @param {NodeJS.ProcessEnv} env */
export function hasOwnBackend(env) {
  return [setting(env, "PULUMI_BACKEND_URL"), setting(env, "PULUMI_ACCESS_TOKEN"), currentLogin(env)].some(Boolean);
}

/** @param {NodeJS.ProcessEnv} env */
export function hasOwnPassphrase(env) {
  return env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || setting(env, "PULUMI_CONFIG_PASSPHRASE_FILE") !== undefined;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
function currentLogin(env) {
  const file = join(credentialsFolder(env), "credentials.json");
  return /** @type {{ current?: string } | undefined} */ (readJson(file))?.current;
}

/** @param {NodeJS.ProcessEnv} env */
function credentialsFolder(env) {
  return setting(env, "PULUMI_CREDENTIALS_PATH") ?? setting(env, "PULUMI_HOME") ?? join(home(env), ".pulumi");
}

/**
 * Adds the certificates of a private CA if the program has written some. Plugins that call a registry need them.
 * @param {Paths} at
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string>}
 */
function searchedCertificates(at, env) {
  if (!existsSync(at.certificates)) return {};
  const others = (setting(env, "SSL_CERT_DIR") ?? CERTIFICATE_FOLDERS)
    .split(":")
    .filter((folder) => folder !== at.certificates);
  return { SSL_CERT_DIR: [at.certificates, ...others].join(":") };
}

function caBundle() {
  const bundle = CA_BUNDLES.find((file) => existsSync(file));
  return bundle ? { NODE_EXTRA_CA_CERTS: bundle } : {};
}
