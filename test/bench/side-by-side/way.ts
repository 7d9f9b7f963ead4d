import { execFile } from "node:child_process";

/** One way of building and running the same definitions. */
export interface Way {
  /** What it is called in the tables. */
  readonly name: string;
  /** "host:port/project" of its images. */
  readonly repository: string;
  /** Builds what changed and, where the tool deploys, replaces what runs and waits until it is healthy. */
  up(): Promise<void>;
  /** Pushes the images; undefined where `up` has pushed them. */
  push?(): Promise<void>;
  /** Adds a line to core's code. */
  changeLine(line: string): void;
  /** Adds a package, as a lock pins it, to what tts needs. */
  addDependency(entry: string): void;
  /** Takes away what it runs, what it knows and its images in the engine, so that its next `up` is a first one. */
  forget(): Promise<void>;
  /** Takes away all that it made, its registry's content left out. */
  dispose(): Promise<void>;
}

/** Runs a program to its end. @throws Error with the end of its output where it fails. */
export function execute(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  execFile(program, args, { ...options, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
    if (error === null) resolve(undefined);
    else reject(new Error(`${program} ${args.join(" ")} failed:\n${(stdout + stderr).slice(-4000)}`));
  });
  return promise;
}
