import { execFile } from "node:child_process";

/** A tool, this project included, that builds and runs the definitions. */
export interface Way {
  /** The tool's name in the tables. */
  readonly name: string;
  /** "host:port/project" of the tool's images. */
  readonly repository: string;
  /** Builds what changed. A tool that deploys then replaces the containers and waits until they are healthy. */
  up(): Promise<void>;
  /** Pushes the images; undefined if `up` pushes them. */
  push?(): Promise<void>;
  /** Notes what the tool forecast for its last `up` in a scenario, and what that cost; undefined if it does not forecast. */
  noteForecast?(scenario: string): Promise<void>;
  /** Adds a line to core's code. */
  changeLine(line: string): void;
  /** Adds an entry of a lock file to the requirements of tts. */
  addDependency(entry: string): void;
  /** Removes the tool's containers, state and images from the engine, so that the next `up` is a first `up`. */
  reset(): Promise<void>;
  /** Removes everything that the tool made, except the content of the registry. */
  dispose(): Promise<void>;
}

/** Runs a program to its end. @throws Error with the end of its output if it fails. */
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
