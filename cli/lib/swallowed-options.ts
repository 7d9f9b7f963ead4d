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
  return names
    .filter((name) => !NPM_SETTINGS.includes(name))
    .flatMap((name): Problem[] => {
      const value = env[`npm_config_${name.replaceAll("-", "_")}`];
      if (value === undefined) return [];
      const option = value === "true" ? `--${name}` : `--${name}=${value}`;
      return [
        {
          key: `npm run ${script} ${option}`,
          expected: `"--" before the options, or ./morgan ${script}`,
          found: `npm took ${option} for itself, and the command never got it`,
          fix: `./morgan ${[script, ...line.slice(1), option].join(" ")}`,
        },
      ];
    });
}
