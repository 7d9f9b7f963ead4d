import type { Instruction, Mount } from "./instruction.ts";

const HEREDOC = "MORGAN_EOF";

/** Texts that are no command in a Dockerfile: several lines, a line that continues, a comment, a heredoc. */
const NO_COMMAND = /\n|(?:^|[^\\])\\[ \t]*$|^\s*#|(?:^|\s)\d*<<[^<\s]/;

/**
 * Returns the text of a Dockerfile. The same instructions always give the same text: another text makes Pulumi build
 * the image again.
 *
 * @throws Error if an instruction cannot be written, such as a variable with a wrong name or a file with the line that
 *   ends its heredoc. Such an error is a mistake in a recipe, never in the configuration.
 */
export function renderDockerfile(instructions: readonly Instruction[]): string {
  return `${instructions.map(renderInstruction).join("\n")}\n`;
}

function renderInstruction(instruction: Instruction): string {
  switch (instruction.kind) {
    case "from":
      return `FROM ${instruction.image}`;
    case "run":
      return renderRun(instruction.commands, instruction.mounts ?? []);
    case "copy":
      return `COPY ${instruction.mode === undefined ? "" : `--chmod=${instruction.mode} `}${exec([instruction.source, instruction.destination])}`;
    case "add":
      return `ADD ${exec([instruction.source, instruction.destination])}`;
    case "file":
      return renderFile(instruction.path, instruction.mode, instruction.content);
    case "env":
      return `ENV ${Object.entries(instruction.values)
        .map(([key, value]) => `${name(key)}=${quote(value)}`)
        .join(" \\\n    ")}`;
    case "workdir":
      return `WORKDIR ${instruction.path}`;
    case "user":
      return `USER ${instruction.user}`;
    case "expose":
      return `EXPOSE ${String(instruction.port)}`;
    case "stopsignal":
      return `STOPSIGNAL ${instruction.signal}`;
    case "entrypoint":
      return `ENTRYPOINT ${exec(instruction.command)}`;
    case "cmd":
      return `CMD ${exec(instruction.command)}`;
  }
}

function renderRun(commands: readonly string[], mounts: readonly Mount[]): string {
  const wrong = commands.find((command) => NO_COMMAND.test(command));
  if (wrong !== undefined) throw new Error(`a RUN cannot contain this command: ${wrong}`);
  const parts = mounts.map((mount) => `--mount=${renderMount(mount)}`);
  return `RUN ${[...parts, commands.join(" && \\\n    ")].join(" \\\n    ")}`;
}

function renderMount(mount: Mount): string {
  switch (mount.type) {
    case "cache":
      return `type=cache,id=${mount.id},target=${mount.target},sharing=${mount.sharing}`;
    case "bind":
      return `type=bind,${mount.from === undefined ? "" : `from=${mount.from},`}source=${mount.source},target=${mount.target}`;
    case "secret": {
      const mode = mount.mode === undefined ? "" : `,mode=${mount.mode}`;
      const environment = mount.environment === undefined ? "" : `,env=${mount.environment}`;
      return `type=secret,id=${mount.id}${mode}${environment}`;
    }
    case "tmpfs":
      return `type=tmpfs,target=${mount.target}`;
  }
}

function renderFile(path: string, mode: string, content: string): string {
  if (content.split("\n").includes(HEREDOC)) throw new Error(`the text of a file must not contain the line ${HEREDOC}`);
  const text = content.endsWith("\n") ? content : `${content}\n`;
  return `COPY --chmod=${mode} <<"${HEREDOC}" ${path}\n${text}${HEREDOC}`;
}

function exec(command: readonly string[]): string {
  return JSON.stringify(command);
}

function name(key: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) throw new Error(`"${key}" cannot be the name of an environment variable`);
  return key;
}

/**
 * Returns a value in double quotes. Backslashes turn off the expansion of variables and the escapes of the Dockerfile.
 */
function quote(value: string): string {
  if (value.includes("\n")) throw new Error("a value of ENV must be one line");
  return `"${value.replace(/[\\"$]/g, (found) => `\\${found}`)}"`;
}
