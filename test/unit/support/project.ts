import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CUDA_VERSIONS } from "../../../components/catalog/cuda-version.ts";
import { lockChain } from "../../../components/catalog/stages.ts";
import type { Variant } from "../../../components/catalog/service.ts";
import { testCatalog } from "./catalog.ts";

/** A folder of a test's own; the current folder while its tests run, so that nothing lands in the repository. */
export class Project {
  folder = "";

  write(path: string, text: string): void {
    const target = join(this.folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }

  remove(path: string): void {
    rmSync(join(this.folder, path), { recursive: true, force: true });
  }
}

/** Gives the tests of a suite an empty folder to run in. */
export function useFolder(): Project {
  const project = new Project();
  const home = process.cwd();
  before(() => {
    project.folder = mkdtempSync(join(tmpdir(), "morgan-unit-"));
    process.chdir(project.folder);
  });
  after(() => {
    process.chdir(home);
    rmSync(project.folder, { recursive: true, force: true });
  });
  return project;
}

/** Gives the tests of a suite a small project to run in, with every file that the tests' catalog names. */
export function useProject(): Project {
  const project = useFolder();
  before(() => {
    project.write("uv", "a program");
    for (const [name, { variants }] of Object.entries(testCatalog))
      writeService(project, name, Object.values(variants));
    project.write("services/shared/morgan_shared/__init__.py", "# what services share\n");
  });
  return project;
}

/** The files of one service: its code, and the lock files that its engines are built from. */
export function writeService(project: Project, name: string, engines: readonly Variant[]): void {
  project.write(`services/${name}/morgan_${name}/__init__.py`, `# code of ${name}\n`);
  const locks = engines.flatMap((engine) => CUDA_VERSIONS.flatMap((version) => lockChain(engine, version)));
  for (const lock of locks) project.write(`requirements/${lock}.txt`, `# lock of ${lock}\n`);
}
