import type { MorganConfig } from "../config/config.ts";
import { isLocal } from "../lib/engine-address.ts";
import type { Problem } from "../lib/errors.ts";
import type { EngineFacts } from "../engine/facts.ts";
import type { Host } from "../host/host.ts";
import { packageSources, plainLogin } from "../network/profile.ts";
import {
  unknownCaProblem,
  proxyProblem,
  readRefusal,
  registryProblem,
  sourceProblem,
  untrustedRegistryProblem,
  type PackageSource,
} from "../network/problems.ts";
import { registryCaPath } from "../network/registry-trust.ts";
import type { HttpRoute } from "../host/http.ts";

type Config = Pick<MorganConfig, "network" | "images" | "engine">;

/** Result of the checks of a company's network. */
export interface NetworkCheck {
  readonly problems: readonly Problem[];
  /** File with the CA of the registry that `trustRegistry` has yet to install; undefined if there is none. */
  readonly missingCa: string | undefined;
}

/** Sends configured hosts the requests that a build sends. The public hosts, which are the default, get none. */
export async function checkNetwork(config: Config, host: Host, facts: EngineFacts): Promise<NetworkCheck> {
  const [registry, sources] = await Promise.all([checkRegistry(config, host, facts), checkSources(config, host)]);
  return { ...registry, problems: [...registry.problems, ...sources] };
}

async function checkRegistry(config: Config, host: Host, { isRootless }: EngineFacts): Promise<NetworkCheck> {
  const nothing = { problems: [], missingCa: undefined };
  const { images, network, engine } = config;
  const { registry } = images;
  if (registry.kind === "local") return nothing;
  const login = await plainLogin(network.registry);
  const refusal = await host.engine.login(registry.host, login);
  if (refusal === undefined) return nothing;
  const problem = registryProblem(registry.host, login?.user ?? "", refusal);
  const isUntrusted = readRefusal(refusal) === "unknown CA" && network.certificates !== "";
  if (!isUntrusted) return { ...nothing, problems: problem === undefined ? [] : [problem] };
  const path = registryCaPath(registry.host, isRootless ? engine.userSettings : "/etc");
  if (!isLocal(engine.host) || !host.isWritable(path)) {
    return { ...nothing, problems: [untrustedRegistryProblem(registry.host, path)] };
  }
  // This request stands in for the engine's own, which succeeds or fails alike after the CA is installed.
  const route = { login, certificates: network.certificates, proxy: { url: "", except: [] } };
  const answer = await host.httpGet(`https://${registry.host}/v2/`, route);
  const found =
    "error" in answer
      ? unknownCaProblem(registry.host, answer.error)
      : answer.status >= 400
        ? registryProblem(registry.host, login?.user ?? "", `${String(answer.status)} from ${registry.host}`)
        : undefined;
  return { problems: found === undefined ? [] : [found], missingCa: path };
}

/** Checks package sources from this machine, if builds run here: in the BuildKit of a local engine. */
async function checkSources({ network, engine, images }: Config, host: Host): Promise<Problem[]> {
  if (!isLocal(engine.host) || images.builder !== "default") return [];
  const { pypi, apt, proxy, certificates } = network;
  const sources = configuredSources(network);
  const down = await checkProxy(proxy.url, host);
  if (down !== undefined) return [down];
  const logins = { pypi: await plainLogin(pypi.login), apt: await plainLogin(apt.login) };
  const checked = sources.map(async (source) => {
    const login = source.user === "" ? undefined : source.key === "aptMirror" ? logins.apt : logins.pypi;
    const route: HttpRoute = { login, certificates, proxy };
    const path = source.key === "aptMirror" ? "dists/bookworm/InRelease" : "pip/";
    return sourceProblem(source, await host.httpGet(`${source.url.replace(/\/+$/, "")}/${path}`, route));
  });
  const found = (await Promise.all(checked)).filter((problem) => problem !== undefined);
  // Two indexes on one host share a login, so a wrong password is reported once.
  return [...new Map(found.map((problem) => [`${problem.key} ${problem.expected}`, problem])).values()];
}

function configuredSources(network: Config["network"]): PackageSource[] {
  const { pypi, apt } = network;
  const { pypiLogin } = packageSources(network);
  const all: PackageSource[] = [
    { key: "pypiIndex", url: pypi.index, user: pypi.login?.user ?? "" },
    { key: "pypiExtraIndex", url: pypi.extraIndex, user: pypiLogin === "both" ? (pypi.login?.user ?? "") : "" },
    { key: "aptMirror", url: apt.mirror, user: apt.login?.user ?? "" },
  ];
  return all.filter(({ url }) => url !== "");
}

async function checkProxy(url: string, host: Host): Promise<Problem | undefined> {
  if (url === "") return undefined;
  const { hostname, port, protocol } = new URL(url);
  const error = await host.tcpProbe(hostname, Number(port === "" ? (protocol === "https:" ? 443 : 80) : port));
  return error === undefined ? undefined : proxyProblem(new URL(url).host, error);
}
