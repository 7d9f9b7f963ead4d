import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../lib/errors.ts";
import { isSize, mebibytes, parseDuration, type Duration, type Size } from "../lib/units.ts";

/** The text of a configuration value; undefined if it is not set. Arrays and objects are JSON. */
export type Values = (key: string) => string | undefined;

/** The sources of a configuration. */
export interface ConfigSources {
  readonly values: Values;
  /** A secret value; undefined if it is not set. @throws Error if its text does not match the pattern. */
  secret(key: string, pattern?: RegExp): pulumi.Output<string> | undefined;
  /** True if Pulumi keeps the value of a key encrypted. */
  isEncrypted(key: string): boolean;
  /** Text of a file; undefined if it cannot be read. */
  readText(path: string): string | undefined;
  /** The certificates that the host's administrator added, in PEM. */
  hostCertificates(): string;
  /** Keys of the whole configuration, with their namespaces: "morgan:gatewayPort". */
  readonly keys: () => readonly string[];
  /** The variables of the process. */
  readonly env: NodeJS.ProcessEnv;
  readonly now: Date;
}

/** Reads values one by one. For a wrong value it adds a problem and returns a harmless value. */
export interface ConfigReader {
  /** Adds problems that a section found by itself. */
  readonly add: (problems: readonly Problem[]) => void;
  /** Adds a problem of a key of the project's configuration. */
  readonly wrong: (key: string, expected: string, found: string, fix?: string) => void;
  readonly text: (key: string) => string;
  readonly choice: <T extends string>(key: string, choices: readonly T[], otherwise: T) => T;
  readonly boolean: (key: string) => boolean;
  /** A port; 0 stands in for a wrong one. */
  readonly port: (key: string) => number;
  /** A whole number from 0 to `most`. Default: 0. */
  readonly count: (key: string, most: number) => number;
  /** A size of at least 1 MiB and at most `most` MiB. */
  readonly size: (key: string, otherwise: Size, most: number) => Size;
  /** A length of time, as "5 s". */
  readonly duration: (key: string, otherwise: Duration) => Duration;
  /** An http or https URL without credentials, which everyone could read in the state. Default: empty. */
  readonly url: (key: string) => string;
  /** A list of texts. Default: empty. `what` names the texts in a problem. */
  readonly list: (key: string, what: string) => readonly string[];
  /** The entries of an object. Default: none. `what` names the entries in a problem. */
  readonly entries: (key: string, what: string) => readonly (readonly [string, unknown])[];
}

/** The credentials in a URL. A password may contain an @ that is not written as %40. */
const CREDENTIALS = /\/\/[^/?#]*@/;

/** Returns a reader that adds the problems that it finds to `problems`. */
export function configReader(values: Values, problems: Problem[]): ConfigReader {
  const wrong: ConfigReader["wrong"] = (key, expected, found, fix = `pulumi config set ${key} …`) => {
    problems.push({ key: `morgan:${key}`, expected, found, fix });
  };
  const json = (key: string, otherwise: unknown): unknown => {
    try {
      return JSON.parse(values(key) ?? "null") ?? otherwise;
    } catch {
      wrong(key, "JSON", `"${values(key) ?? ""}"`);
      return otherwise;
    }
  };
  const choice: ConfigReader["choice"] = (key, choices, otherwise) => {
    const found = values(key) ?? otherwise;
    const chosen = choices.find((item) => item === found);
    if (chosen === undefined) wrong(key, choices.map((item) => `"${item}"`).join(" or "), `"${found}"`);
    return chosen ?? otherwise;
  };
  return {
    add: (found) => {
      problems.push(...found);
    },
    wrong,
    choice,
    text: (key) => values(key) ?? "",
    boolean: (key) => choice(key, ["true", "false"], "false") === "true",
    port(key) {
      const found = values(key);
      const number = Number(found);
      if (found !== undefined && Number.isInteger(number) && number >= 1 && number <= 65_535) return number;
      wrong(key, "a port, 1 to 65535", found === undefined ? "nothing" : `"${found}"`);
      return 0;
    },
    count(key, most) {
      const found = values(key) ?? "0";
      const valid = /^\d{1,9}$/.test(found) && Number(found) <= most;
      if (!valid) wrong(key, `a whole number, 0 to ${String(most)}`, `"${found}"`);
      return valid ? Number(found) : 0;
    },
    size(key, otherwise, most) {
      const found = values(key) ?? otherwise;
      if (isSize(found) && mebibytes(found) >= 1 && mebibytes(found) <= most) return found;
      wrong(key, `a size such as "${otherwise}", 1 to ${String(most)} MiB`, `"${found}"`);
      return otherwise;
    },
    duration(key, otherwise) {
      const found = values(key);
      const duration = found === undefined ? otherwise : parseDuration(found);
      if (duration === undefined) wrong(key, 'a length of time such as "5 s", "500 ms" or "2 min"', `"${found ?? ""}"`);
      return duration ?? otherwise;
    },
    url(key) {
      const found = values(key) ?? "";
      const shown = `"${found.replace(CREDENTIALS, "//…@")}"`;
      const valid = found === "" || (/^https?:\/\/\S+$/.test(found) && URL.canParse(found));
      if (!valid) wrong(key, 'an "http://…" or "https://…" URL, or nothing', shown);
      else if (shown.includes("…")) wrong(key, "a URL without user and password, which everyone could read", shown);
      return valid && !shown.includes("…") ? found : "";
    },
    list(key, what) {
      const found = json(key, []);
      if (Array.isArray(found) && found.every((item) => typeof item === "string")) return found;
      wrong(key, `a list of ${what}`, JSON.stringify(found));
      return [];
    },
    entries(key, what) {
      const found = json(key, {});
      if (typeof found === "object" && found !== null && !Array.isArray(found)) return Object.entries(found);
      wrong(key, `an object of ${what}`, JSON.stringify(found));
      return [];
    },
  };
}
