import { copyFileSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { DOCKER_HUB, DOCKER_HUB_LOGIN } from "../../lib/image-reference.ts";
import { field, record } from "../../lib/json.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { RegistryLogin } from "./task.ts";

/**
 * Returns an environment in which the Docker client is logged in to a registry. The login is in a folder below `work`.
 * Everything else there is as in the client's own folder: contexts, plugins, and the logins of other registries.
 */
export function loggedIn(env: NodeJS.ProcessEnv, login: RegistryLogin | undefined, work: string): NodeJS.ProcessEnv {
  if (login === undefined) return env;
  const { DOCKER_CONFIG: configured = "", HOME: home = "" } = env;
  const own = configured || join(home || homedir(), ".docker");
  const folder = join(work, "docker");
  mkdirSync(folder, { mode: 0o700 });
  for (const name of entriesOf(own)) if (name !== "config.json") mirror(join(own, name), join(folder, name));
  const config = withLogin(parse(readTextIfExists(join(own, "config.json"))), login);
  writeFileSync(join(folder, "config.json"), JSON.stringify(config), { mode: 0o600 });
  return { ...env, DOCKER_CONFIG: folder };
}

/** Returns the client's settings with a login. An empty helper makes the client read the login in this file. */
export function withLogin(
  config: Readonly<Record<string, unknown>>,
  { host, user, password }: RegistryLogin,
): Record<string, unknown> {
  const key = host === DOCKER_HUB ? DOCKER_HUB_LOGIN : host;
  const auth = Buffer.from(`${user}:${password}`).toString("base64");
  const hasHelper = field(config, "credsStore") !== undefined || field(config, "credHelpers") !== undefined;
  return {
    ...config,
    auths: { ...record(config["auths"]), [key]: { auth } },
    ...(hasHelper ? { credHelpers: { ...record(config["credHelpers"]), [key]: "" } } : {}),
  };
}

function parse(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(text ?? "{}"));
  } catch {
    return {};
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Links a folder. Copies a file, because Windows lets few users link one. */
function mirror(from: string, to: string): void {
  const kind = statSync(from, { throwIfNoEntry: false });
  if (kind?.isDirectory() === true) symlinkSync(from, to, "junction");
  else if (kind?.isFile() === true) copyFileSync(from, to);
}
