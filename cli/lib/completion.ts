import { MorganError } from "../../components/lib/errors.ts";
import { COMMANDS, STACK_OPTION, type CommandOption } from "./commands.ts";

/** The script that completes command lines in a shell: commands, their options, and stacks with a configuration file. */
export function completionScript(shell: string): string {
  const script = SCRIPTS[shell];
  if (script !== undefined) return script();
  const expected = Object.keys(SCRIPTS).join(", ");
  const fix = "./morgan completion bash";
  throw new MorganError([{ key: "./morgan completion", expected, found: `"${shell}"`, fix }], "nothing was changed");
}

const SCRIPTS: Readonly<Record<string, () => string>> = {
  bash,
  zsh: () => `autoload -U +X bashcompinit && bashcompinit\n${bash()}`,
  fish,
};

const NAMES = COMMANDS.map(({ name }) => name);

/** The configuration files name the stacks of a checkout. */
const STACKS = "ls Pulumi.*.yaml 2>/dev/null | sed 's/^Pulumi\\.//; s/\\.yaml$//'";

function optionsOf(options: readonly CommandOption[]): string[] {
  return ["--help", `--${STACK_OPTION.name}`, ...options.map(({ name }) => `--${name}`)];
}

function bash(): string {
  const cases = COMMANDS.map(({ name, options }) => `    ${name}) words="${optionsOf(options).join(" ")}" ;;`);
  return `_morgan() {
  local words word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  if [ "$before" = --stack ] || [ "$before" = -s ]; then
    words=$(${STACKS})
  elif [ "$COMP_CWORD" -eq 1 ]; then
    words="${NAMES.join(" ")}"
  else
    case \${COMP_WORDS[1]} in
${cases.join("\n")}
    *) words="--help" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _morgan morgan ./morgan
`;
}

function fish(): string {
  const commands = COMMANDS.map(
    ({ name, summary }) =>
      `complete -c morgan -n __fish_use_subcommand -f -a ${name} -d "${summary.replaceAll('"', "'")}"`,
  );
  const options = COMMANDS.flatMap(({ name, options: own }) =>
    own.map(
      (option) =>
        `complete -c morgan -n "__fish_seen_subcommand_from ${name}" -l ${option.name} -d "${option.description}"`,
    ),
  );
  const stack = `complete -c morgan -s s -l ${STACK_OPTION.name} -x -a "(${STACKS})"`;
  return `${[...commands, ...options, stack].join("\n")}\n`;
}
