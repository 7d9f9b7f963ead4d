import { chmodSync, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Project } from "./project.ts";

/** Programs of a test's own, which come first on PATH while its tests run. */
export class Programs {
  private readonly project: Project;

  constructor(project: Project) {
    this.project = project;
  }

  /** Writes a program as the body of a shell script; each call of it is noted. */
  write(name: string, body: string): void {
    this.project.write(`bin/${name}`, `#!/bin/sh\necho "${name} $*" >>"${this.calls}"\n${body}\n`);
    chmodSync(join(this.project.folder, "bin", name), 0o755);
  }

  /** The command lines of all calls since the last time. */
  called(): string[] {
    const lines = existsSync(this.calls) ? readFileSync(this.calls, "utf8").split("\n") : [];
    this.project.remove("calls");
    return lines.filter((line) => line !== "");
  }

  private get calls(): string {
    return join(this.project.folder, "calls");
  }
}

/** Lets the tests of a suite put programs before the machine's own. */
export function usePrograms(project: Project): Programs {
  const path = process.env["PATH"] ?? "";
  before(() => {
    process.env["PATH"] = `${join(project.folder, "bin")}${delimiter}${path}`;
  });
  after(() => {
    process.env["PATH"] = path;
  });
  return new Programs(project);
}
