import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../lib/errors.ts";
import { isSize, mebibytes, milliseconds, parseDuration, type Duration, type Size } from "../lib/units.ts";
import { readSecret, type SecretForm } from "./secret.ts";
import type { ConfigSources } from "./sources.ts";
import { urlFault, type UrlReader } from "./url.ts";

/** Reads values one by one. For a wrong value it adds a problem and returns a harmless value. */
export interface ConfigReader {
  /** Adds problems that a section found by itself. */
  readonly add: (problems: readonly Problem[]) => void;
  /** Adds a warning, which every run prints. */
  readonly warn: (warning: string) => void;
  /** Warns that a key that is set has no effect; `because` names the key that decides it. */
  readonly unused: (key: string, because: string) => void;
  /** Adds a problem of a key of the project's configuration. */
  readonly wrong: (key: string, expected: string, found: string, fix?: string) => void;
  /** A text. Default: `otherwise`, or else empty. */
  readonly text: (key: string, otherwise?: string) => string;
  readonly choice: <T extends string>(key: string, choices: readonly T[], otherwise: T) => T;
  readonly boolean: (key: string) => boolean;
  /** A port; 0 stands in for a wrong one. */
  readonly port: (key: string) => number;
  /** A whole number from `least` to `most`. Both `least` and the default are 0 if they are left out. */
  readonly count: (key: string, range: { most: number; least?: number; otherwise?: number }) => number;
  /** A size of at least 1 MiB and at most `most` MiB. */
  readonly size: (key: string, otherwise: Size, most: number) => Size;
  /** A length of time of at most `most`, as "5 s". */
  readonly duration: (key: string, otherwise: Duration, most: Duration) => Duration;
  /**
   * An http or https URL without credentials, which everyone could read in the state. Default: empty. `reader` names
   * who sends requests to it, for whom "localhost" is not this machine.
   */
  readonly url: (key: string, reader: UrlReader) => string;
  /** A secret; undefined if it is not set, or wrong. A text that Pulumi does not keep encrypted is wrong. */
  readonly secret: (key: string, form: SecretForm) => pulumi.Output<string> | undefined;
  /** True if a secret is set, right or wrong. */
  readonly hasSecret: (key: string) => boolean;
  /** A list of texts. Default: empty. `what` names the texts in a problem. */
  readonly list: (key: string, what: string) => readonly string[];
  /** The entries of an object. Default: none. `what` names the entries in a problem. */
  readonly entries: (key: string, what: string) => readonly (readonly [string, unknown])[];
}

/** A decimal number as people write it: no sign, no zeros before it. */
const DECIMAL = /^(?:0|[1-9]\d{0,8})$/;

/** Returns a reader that adds the problems and the warnings that it finds to these lists. */
export function configReader(
  sources: Pick<ConfigSources, "values" | "secret" | "isEncrypted">,
  problems: Problem[],
  warnings: string[],
): ConfigReader {
  const { values } = sources;
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
    warn: (warning) => {
      warnings.push(warning);
    },
    unused: (key, because) => {
      warnings.push(`morgan:${key} has no effect: ${because}`);
    },
    wrong,
    choice,
    text: (key, otherwise = "") => values(key) ?? otherwise,
    boolean: (key) => choice(key, ["true", "false"], "false") === "true",
    port(key) {
      const found = values(key);
      const number = Number(found);
      if (found !== undefined && DECIMAL.test(found) && number >= 1 && number <= 65_535) return number;
      wrong(key, "a port, 1 to 65535", found === undefined ? "nothing" : `"${found}"`);
      return 0;
    },
    count(key, { most, least = 0, otherwise = 0 }) {
      const found = values(key) ?? String(otherwise);
      const valid = DECIMAL.test(found) && Number(found) >= least && Number(found) <= most;
      if (!valid) wrong(key, `a whole number, ${String(least)} to ${String(most)}`, `"${found}"`);
      return valid ? Number(found) : otherwise;
    },
    size(key, otherwise, most) {
      const found = values(key) ?? otherwise;
      if (isSize(found) && mebibytes(found) >= 1 && mebibytes(found) <= most) return found;
      wrong(key, `a size such as "${otherwise}", 1 to ${String(most)} MiB`, `"${found}"`);
      return otherwise;
    },
    duration(key, otherwise, most) {
      const found = values(key);
      const duration = found === undefined ? otherwise : parseDuration(found);
      if (duration !== undefined && milliseconds(duration) <= milliseconds(most)) return duration;
      wrong(key, `a length of time such as "5 s", "500 ms" or "2 min", at most "${most}"`, `"${found ?? ""}"`);
      return otherwise;
    },
    url(key, reader) {
      const found = values(key) ?? "";
      const fault = found === "" ? undefined : urlFault(found, reader);
      if (fault === undefined) return found;
      wrong(key, fault.expected, fault.shown);
      return "";
    },
    secret: (key, form) => readSecret(key, form, sources, wrong),
    hasSecret: (key) => sources.secret(key) !== undefined,
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
