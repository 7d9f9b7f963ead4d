import { readText, type EngineApi } from "./api.ts";
import { field, stringOr } from "../lib/json.ts";

/** A program to run in a container of its own. */
export interface RunArgs {
  /** Image that the engine has. */
  readonly image: string;
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Requests that run a program. */
export interface ProgramRequests {
  /**
   * Output of a program in a new container of an image. The container has that image alone, may change nothing of it,
   * and is removed afterwards. @throws Error if the program cannot be run.
   */
  run(args: RunArgs): Promise<string>;
  /** Output of a program in a container that runs, as nobody. @throws Error if the program cannot be run. */
  exec(id: string, command: readonly string[]): Promise<string>;
}

/** The user nobody: what is run here reads files that everyone may read. */
const NOBODY = "65534:65534";

/** Runs programs in containers of the engine behind an API. */
export function programRequests(api: EngineApi): ProgramRequests {
  return {
    async run(args) {
      const container = `/containers/${stringOr(field(await api.post("/containers/create", confined(args)), "Id"), "")}`;
      try {
        const output = await api.stream(`${container}/attach?stream=true&stdout=true&stderr=true`);
        const [printed] = await Promise.all([readText(output), api.post(`${container}/start`)]);
        return printed;
      } finally {
        await api.remove(`${container}?force=true`);
      }
    },
    async exec(id, command) {
      const options = { Cmd: command, User: NOBODY, AttachStdout: true, AttachStderr: true, Tty: true };
      const created = await api.post(`/containers/${id}/exec`, options);
      return readText(
        await api.stream(`/exec/${stringOr(field(created, "Id"), "")}/start`, { Detach: false, Tty: true }),
      );
    },
  };
}

/** A container without network, privileges or volumes. The engine removes it also if this process ends first. */
function confined({ image, command, labels }: RunArgs): object {
  return {
    Image: image,
    Entrypoint: command,
    Labels: labels,
    User: NOBODY,
    // A terminal has one output, which comes without frames.
    Tty: true,
    HostConfig: {
      AutoRemove: true,
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Memory: 256 * 1024 * 1024,
      LogConfig: { Type: "none" },
    },
  };
}
