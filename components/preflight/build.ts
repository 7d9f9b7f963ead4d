import type { MorganConfig } from "../config/config.ts";
import { checkCudaLibraries } from "../requirements/cuda-libraries.ts";
import type { Problem } from "../lib/errors.ts";
import type { Host } from "../host/host.ts";
import { lockChain } from "../catalog/stages.ts";
import { checkLock, parseLock } from "../requirements/lock.ts";
import type { Engine } from "../catalog/service.ts";

/** Says what is wrong with what images are built from: sources, locks, the tools that builds mount. */
export function checkBuild(config: MorganConfig, host: Host): Problem[] {
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
