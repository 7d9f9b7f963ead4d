import type { MorganConfig } from "../config/config.ts";
import { checkCudaLibraries } from "../requirements/cuda-libraries.ts";
import type { Problem } from "../lib/errors.ts";
import type { Host } from "../host/host.ts";
import { parseLock } from "../requirements/lock.ts";
import { checkLock } from "../requirements/lock-check.ts";
import type { StackService } from "../catalog/select.ts";

/** Checks the inputs of builds: source folders, lock files, and the uv program that builds mount. */
export function checkBuild(config: MorganConfig, host: Host): Problem[] {
  return [
    ...checkSources(config, host),
    ...checkLocks(config, host),
    ...checkLibraries(config, host),
    ...checkUv(config, host),
  ];
}

/** Returns the names of the services' lock files, without folder and ending, each once, and always that of the base. */
export function lockNames(services: readonly StackService[]): string[] {
  return [...new Set(["base", ...services.flatMap(({ variant }) => variant.lockFiles)])];
}

/** Checks that everything in a folder of sources can be in an image, and is in the checkout itself. */
function checkSources({ services }: MorganConfig, host: Host): Problem[] {
  const folders = ["services/shared/morgan_shared", ...services.map(({ name }) => `services/${name}/morgan_${name}`)];
  return folders.flatMap((folder): Problem[] => {
    const expected = "a folder with the service's code";
    const fix = "restore it, or take the service out of morgan:services";
    if (!host.isFolder(folder)) return [{ key: folder, expected, found: "no such folder", fix }];
    const sources = host.sources(folder);
    if ("elsewhere" in sources) {
      const found = `a link to ${sources.elsewhere}`;
      return [{ key: folder, expected, found, fix: "move the code itself there, so that a commit can have it" }];
    }
    if (sources.entries.length + sources.unusable.length === 0)
      return [{ key: folder, expected, found: "no file of code in it", fix }];
    return sources.unusable.map(({ path, found }) => ({
      key: printable(`${folder}/${path}`),
      expected: "a readable file, or a link to a file or folder in the same folder of code",
      found: printable(found),
      fix: "put a file there; code of several services belongs into services/shared/morgan_shared; or remove it",
    }));
  });
}

/** A name may contain a new line, and a terminal's control characters. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (found) => JSON.stringify(found).slice(1, -1));
}

/** Checks lock files. Their inputs include each other, so equal problems are reported once. */
function checkLocks({ services }: MorganConfig, host: Host): Problem[] {
  return once(lockNames(services).flatMap((name) => checkLock(name, (file) => host.readText(`requirements/${file}`))));
}

/** Checks CUDA libraries. Services share lock files, so equal problems are reported once. */
function checkLibraries({ services }: MorganConfig, host: Host): Problem[] {
  const found = services.flatMap(({ variant }) => {
    const chain = variant.lockFiles.map((name) => ({
      name,
      packages: parseLock(host.readText(`requirements/${name}.txt`) ?? ""),
    }));
    return checkCudaLibraries(variant.baseStage, chain);
  });
  return once(found);
}

/** Returns the first of the problems that have the same key, expectation and finding. */
function once(problems: readonly Problem[]): Problem[] {
  const texts = problems.map(({ key, expected, found }) => [key, expected, found].join("\0"));
  return problems.filter((_, index) => texts.indexOf(texts[index] ?? "") === index);
}

function checkUv({ machine }: MorganConfig, host: Host): Problem[] {
  if (host.isFile(machine.uv)) return [];
  const found = machine.uv === "" ? "MORGAN_UV is not set" : `no file at "${machine.uv}"`;
  const fix = 'npm run setup; eval "$(./morgan env)"';
  return [{ key: "uv", expected: "the uv program that builds mount", found, fix }];
}
