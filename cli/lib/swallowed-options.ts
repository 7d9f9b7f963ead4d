import type { Problem } from "../../components/lib/errors.ts";
import { COMMANDS, STACK_OPTION } from "./commands.ts";

/** Options of Pulumi that people give to an operation and that npm has no setting for. */
const PULUMI_OPTIONS = ["refresh", "target", "replace", "diff", "plan", "save-plan", "message", "parallel"];

/** Settings of npm itself: a user may have set them for npm. */
const NPM_SETTINGS = ["yes", "json"];

/**
 * Returns a problem for each option that npm took for itself: `npm run up --stack=prod` runs the script without the
 * option, and leaves a variable.
 */
export function swallowedOptions(
  env: Readonly<Record<string, string | undefined>>,
  line: readonly string[],
): Problem[] {
  const script = env["npm_lifecycle_event"] ?? "";
  if (!COMMANDS.some(({ name }) => name === script)) return [];
  const own = COMMANDS.flatMap(({ options }) => options.map(({ name }) => name));
  const names = [...new Set([STACK_OPTION.name, ...own, ...PULUMI_OPTIONS])];
  const taken = names
    .filter((name) => !NPM_SETTINGS.includes(name))
    .flatMap((name): Swallowed[] => {
      const value = env[`npm_config_${name.replaceAll("-", "_")}`];
      return value === undefined ? [] : [{ name, value: value === "true" ? undefined : value }];
    });
  const fix = meantLine(script, line.slice(1), taken);
  return taken.map((option) => ({
    key: `npm run ${script} ${written(option)}`,
    expected: `"--" before the options, or ./morgan ${script}`,
    found: `npm took ${written(option)} for itself, and the command never got it`,
    fix,
  }));
}

interface Swallowed {
  readonly name: string;
  /** Undefined if npm has none: `npm run backup --stack prod` gives the word "prod" to the script. */
  readonly value: string | undefined;
}

function written({ name, value }: Swallowed): string {
  return value === undefined ? `--${name}` : `--${name}=${value}`;
}

/** The command line that was meant, with all its options, if there is one way alone to read it. */
function meantLine(script: string, words: readonly string[], taken: readonly Swallowed[]): string {
  const lacking = taken.filter(({ name, value }) => VALUED.includes(name) && (value === undefined || value === ""));
  const [first] = lacking;
  if (first === undefined) return ["./morgan", script, ...words, ...taken.map(written)].join(" ");
  const [word, ...more] = words;
  if (lacking.length > 1 || word === undefined || more.length > 0)
    return `run npm run ${script} again, with "--" before everything that follows the word ${script}`;
  return [
    "./morgan",
    script,
    ...taken.map((option) => (option === first ? `--${first.name} ${word}` : written(option))),
  ].join(" ");
}

/** Options that are wrong without a value. */
const VALUED = [STACK_OPTION, ...COMMANDS.flatMap(({ options }) => options)]
  .filter(({ value }) => value !== undefined)
  .map(({ name }) => name);
