import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates } from "node:tls";
import { upgradesDockerfile } from "../dockerfile/upgrades.ts";
import { writeAccess } from "../image/programs/access.ts";
import { dockerClient } from "../image/programs/docker.ts";
import { loggedIn } from "../image/programs/login.ts";
import type { PackageAccess, RegistryLogin } from "../image/programs/task.ts";
import { INDEX_NAMES, type PackageSources } from "../network/profile.ts";
import { lockOptions, parseLock } from "../requirements/lock.ts";
import { runToEnd, type Ended } from "../system/run-to-end.ts";
import type { Upgrade } from "./outdated.ts";
import { parseUpgrades, reasonIn } from "./parse.ts";

/** Longest wait for an index or a mirror, in milliseconds. */
const LIMIT = 180_000;

/** Number of programs that run at once. */
const AT_ONCE = 8;

/** The way to package sources, with secrets in plain text. */
export interface PackageNetwork {
  /** Variables for programs. */
  readonly environment: NodeJS.ProcessEnv;
  /** Path of uv. */
  readonly uv: string;
  readonly builder: string;
  readonly sources: PackageSources;
  readonly access: PackageAccess;
  /** Certificates of private CAs in PEM; empty for none. */
  readonly certificates: string;
  /** Secrets of builds, by id. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly registry: RegistryLogin | undefined;
  /** Folder that only this user can read, for files of the run. */
  readonly work: string;
}

/** Newest releases by name of the package, and the reason for each that the index has not. */
export interface Newest {
  readonly found: Readonly<Record<string, string>>;
  readonly missing: Readonly<Record<string, string>>;
}

/**
 * Returns the newest release of packages in the configured index, or else in uv's own. A release counts if it has a
 * wheel that the images could install. @throws Error with uv's reason if the index gives no answer.
 */
export async function newestReleases(
  versions: Readonly<Record<string, string>>,
  network: PackageNetwork,
): Promise<Newest> {
  const env = uvEnvironment(network);
  const resolve = (names: readonly string[]): Promise<Ended> => {
    const input = names.map((name) => `${name}>=${versions[name] ?? ""}\n`).join("");
    const options = lockOptions.filter((option) => option !== "--generate-hashes");
    const args = ["pip", "compile", ...options, "--no-deps", "--no-header", "--no-annotate", "--refresh", "-"];
    return runToEnd(network.uv, args, { input, env, limit: LIMIT });
  };
  const names = Object.keys(versions);
  const all = names.length === 0 ? undefined : await resolve(names);
  if (all === undefined || all.code === 0) return { found: releasesIn(all?.stdout ?? ""), missing: {} };
  // One package that the index lacks fails all of them. Then each is resolved alone.
  if (!/no solution found|not found in the package registry/i.test(all.stderr)) throw new Error(reasonIn(all.stderr));
  const result: { found: Record<string, string>; missing: Record<string, string> } = { found: {}, missing: {} };
  for (let index = 0; index < names.length; index += AT_ONCE) {
    const part = names.slice(index, index + AT_ONCE);
    const ended = await Promise.all(part.map(async (name) => [name, await resolve([name])] as const));
    for (const [name, { code, stdout, stderr }] of ended) {
      if (code === 0) Object.assign(result.found, releasesIn(stdout));
      else result.missing[name] = reasonIn(stderr);
    }
  }
  return result;
}

function releasesIn(printed: string): Record<string, string> {
  return Object.fromEntries(parseLock(printed).map(({ name, version }) => [name, version]));
}

/** Returns the environment in which uv reaches the index as a build reaches it. */
function uvEnvironment({
  environment,
  secrets,
  sources,
  access,
  certificates,
  work,
}: PackageNetwork): NodeJS.ProcessEnv {
  const { "pypi-index": index, "pypi-extra-index": extra, "pypi-user": user, "pypi-password": password } = secrets;
  const login = (name: string): NodeJS.ProcessEnv => {
    const key = `UV_INDEX_${name.toUpperCase()}`;
    return { [`${key}_USERNAME`]: user, [`${key}_PASSWORD`]: password };
  };
  const { proxy, noProxy } = access;
  const bundle = join(work, "index-ca.pem");
  if (certificates !== "") writeFileSync(bundle, [...getCACertificates(), certificates].join("\n"), { mode: 0o600 });
  return {
    ...environment,
    ...(index === undefined ? {} : { UV_DEFAULT_INDEX: index }),
    ...(extra === undefined ? {} : { UV_INDEX: extra, UV_INDEX_STRATEGY: "unsafe-best-match" }),
    ...(sources.pypiLogin === "none" ? {} : login(INDEX_NAMES.index)),
    ...(sources.pypiLogin === "both" ? login(INDEX_NAMES.extraIndex) : {}),
    ...(proxy === "" ? {} : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: noProxy }),
    ...(certificates === "" ? {} : { SSL_CERT_FILE: bundle }),
  };
}

/**
 * Returns what apt would upgrade in images, by name; undefined for an image without apt. apt runs in builds, which
 * reach the mirror as the builds of images do, and change no image. @throws Error with the build's reason.
 */
export async function upgradesIn(
  refs: Readonly<Record<string, string>>,
  network: PackageNetwork,
): Promise<Readonly<Record<string, readonly Upgrade[] | undefined>>> {
  const { environment, builder, sources, access, certificates, registry, work } = network;
  const names = Object.keys(refs);
  if (names.length === 0) return {};
  const [result, empty] = [join(work, "upgrades"), join(work, "empty")];
  mkdirSync(empty, { mode: 0o700 });
  const { buildArguments } = writeAccess(access, certificates, work);
  const options = ["--builder", builder, "--no-cache", "--provenance=false", ...buildArguments];
  const args = ["buildx", "build", ...options, "--output", `type=local,dest=${result}`, "--file", "-", empty];
  const docker = dockerClient(loggedIn(environment, registry, work));
  const { code, stderr } = await docker(args, {
    input: upgradesDockerfile(Object.entries(refs), sources),
    limit: LIMIT,
  });
  if (code !== 0) throw new Error(reasonIn(stderr));
  return Object.fromEntries(
    names.map((name) => {
      const answer = readFileSync(join(result, name), "utf8");
      return [name, answer === "" ? undefined : parseUpgrades(answer)];
    }),
  );
}
