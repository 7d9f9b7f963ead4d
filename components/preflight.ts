import * as pulumi from "@pulumi/pulumi";
import type { MorganConfig } from "./config.ts";
import { checkCudaLibraries } from "./cuda-libraries.ts";
import { isLocal } from "./engine-api.ts";
import type { ListedContainer } from "./engine.ts";
import { throwProblems, type Problem } from "./errors.ts";
import { NO_GPU, planGpus, type GpuPlan } from "./gpu/plan.ts";
import type { Host } from "./host.ts";
import { checkNetwork } from "./network-check.ts";
import { lockChain } from "./parent-stage.ts";
import { planPromotion } from "./promotion.ts";
import type { ReleasePlan } from "./release-plan.ts";
import { checkLock, parseLock } from "./requirements.ts";
import type { Engine } from "./service.ts";

/**
 * Checks, before anything is built or changed, that the configuration holds and that the machine has what it needs; plans
 * which service computes on which card and which release runs, and says which registry the engine has yet to trust.
 *
 * @throws MorganError with every problem at once.
 */
export async function preflight(
  config: MorganConfig,
  problems: readonly Problem[],
  host: Host,
): Promise<{ readonly gpu: GpuPlan; readonly release: ReleasePlan; readonly untrusted: string | undefined }> {
  const [engine, release] = await Promise.all([checkEngine(config, host), planPromotion(config, host)]);
  const builds = release.plan.kind === "build";
  // An engine that does not answer has been reported; it cannot be asked for cards, or for what it can reach.
  const [{ plan, problems: gpu }, network] = engine.answers
    ? await Promise.all([planCards(config, host), checkNetwork(config, host)])
    : [
        { plan: NO_GPU, problems: [] },
        { problems: [], untrusted: undefined },
      ];
  throwProblems([
    ...problems,
    ...release.problems,
    ...(builds ? checkBuild(config, host) : []),
    ...checkModels(config, host),
    ...engine.problems,
    ...gpu,
    // A release that runs needs no index, and no registry where the engine has its images: a copy says what it misses.
    ...(builds ? network.problems : []),
  ]);
  return { gpu: plan, release: release.plan, untrusted: network.untrusted };
}

/** What images are built from. */
function checkBuild(config: MorganConfig, host: Host): Problem[] {
  return [
    ...checkSources(config, host),
    ...checkLocks(config, host),
    ...checkLibraries(config, host),
    ...checkUv(config, host),
  ];
}

/** The requirements files, without folder and ending, that a configuration builds from. */
export function requirementsOf(
  config: Pick<MorganConfig, "services" | "catalog" | "accelerator" | "cudaVersion">,
): string[] {
  return [...new Set(["base", ...enginesOf(config).flatMap((engine) => lockChain(engine, config.cudaVersion))])];
}

function enginesOf(config: Pick<MorganConfig, "services" | "catalog" | "accelerator">): readonly Engine[] {
  return config.services.flatMap((name) => config.catalog[name]?.engines[config.accelerator] ?? []);
}

function checkSources({ services }: MorganConfig, host: Host): Problem[] {
  const folders = ["services/shared/morgan_shared", ...services.map((name) => `services/${name}/morgan_${name}`)];
  return folders
    .filter((folder) => !host.isFolder(folder))
    .map((folder) => ({
      key: folder,
      expected: "a folder with the service's code",
      found: "no such folder",
      fix: "restore it, or take the service out of morgan:services",
    }));
}

/** The engine would make a folder that is not there, empty and root's. */
function checkModels({ models, services, catalog, accelerator, dockerHost }: MorganConfig, host: Host): Problem[] {
  if (!isLocal(dockerHost)) return [];
  return services.flatMap((name): Problem[] => {
    const model = models.services[name];
    const isMounted = model?.kind === "folder" && (catalog[name]?.engines[accelerator].vramMiB ?? 0) > 0;
    if (!isMounted || host.isFolder(model.path)) return [];
    return [
      {
        key: `morgan:models.${name}`,
        expected: "a folder with the model's weights",
        found: `no folder at ${model.path}`,
        fix: "put the weights there, or name another folder or a model of the hub",
      },
    ];
  });
}

function planCards(config: MorganConfig, host: Host): ReturnType<typeof planGpus> {
  const packages = (): string[] =>
    requirementsOf(config).flatMap((name) =>
      parseLock(host.readText(`requirements/${name}.txt`) ?? "").map((locked) => locked.name),
    );
  return planGpus({ ...config, packages }, host);
}

function checkLocks(config: MorganConfig, host: Host): Problem[] {
  return requirementsOf(config).flatMap((name) =>
    checkLock(name, (file) => host.readText(`requirements/${file}`)).map((problem) => ({
      key: `requirements/${problem.lock}`,
      expected: "a lock file made from the requirements as they are, every line with a hash",
      found: problem.message,
      fix: "npm run lock",
    })),
  );
}

/** A mistake in a lock that services share is found with each of them, and said once. */
function checkLibraries(config: MorganConfig, host: Host): Problem[] {
  const found = enginesOf(config).flatMap((engine) => {
    const chain = lockChain(engine, config.cudaVersion).map((name) => ({
      name,
      packages: parseLock(host.readText(`requirements/${name}.txt`) ?? ""),
    }));
    return checkCudaLibraries(engine.parent, chain);
  });
  return [...new Map(found.map((problem) => [`${problem.key} ${problem.expected}`, problem])).values()];
}

function checkUv({ uv }: MorganConfig, host: Host): Problem[] {
  if (host.isFile(uv)) return [];
  const found = uv === "" ? "MORGAN_UV is not set" : `no file at "${uv}"`;
  return [
    { key: "uv", expected: "the uv program that builds mount", found, fix: 'npm run setup; eval "$(npm run -s env)"' },
  ];
}

async function checkEngine(
  config: MorganConfig,
  host: Host,
): Promise<{ readonly answers: boolean; readonly problems: readonly Problem[] }> {
  try {
    await host.engine.version();
  } catch (error) {
    const where = config.dockerHost === "" ? "/var/run/docker.sock" : config.dockerHost;
    const found = error instanceof Error ? error.message : String(error);
    const expected = `an engine that answers at ${where}`;
    const fix = "start it (npm run setup does, where it may), or point DOCKER_HOST at one";
    return { answers: false, problems: [{ key: "container engine", expected, found, fix }] };
  }
  return { answers: true, problems: await checkPorts(config, host) };
}

/** A port of the host leads to one container, so another port is another container, and the old one goes first. */
async function announceMove({ stack, gateway }: MorganConfig, containers: readonly ListedContainer[]): Promise<void> {
  const running = containers.find(
    ({ labels, running }) => running && labels["morgan.stack"] === stack && labels["morgan.role"] === "gateway",
  );
  const ports = running?.publishedPorts ?? [];
  if (ports.length === 0 || ports.includes(gateway.port)) return;
  await pulumi.log.warn(
    `the port of the stack moves from ${ports.join(", ")} to ${String(gateway.port)}: the gateway is replaced, ` +
      "and nothing is served from when the old one stops until the new one is ready",
  );
}

/** A port that this stack's own container has is no problem; another stack's, or another program's, is one. */
async function checkPorts(config: MorganConfig, host: Host): Promise<Problem[]> {
  const wanted = [
    { key: "morgan:gatewayPort", ...config.gateway },
    ...(config.registry.kind === "local"
      ? [{ key: "morgan:registryPort", address: "127.0.0.1", port: config.registry.port }]
      : []),
  ].filter(({ port }) => port !== 0);
  const containers = await host.engine.containers();
  await announceMove(config, containers);
  const checked = wanted.map(async ({ key, address, port }): Promise<Problem[]> => {
    const holder = containers.find(({ publishedPorts }) => publishedPorts.includes(port));
    const stack = holder?.labels["morgan.stack"];
    if (stack === config.stack) return [];
    if (holder === undefined && !(await host.portInUse(address, port))) return [];
    const found = stack === undefined ? "another program listens there" : `the stack "${stack}" has it`;
    return [
      { key, expected: `port ${String(port)} of ${address} to be free`, found, fix: `set ${key} to another port` },
    ];
  });
  return (await Promise.all(checked)).flat();
}
