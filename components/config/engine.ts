import { homedir } from "node:os";
import { join } from "node:path";
import type { EngineAddress } from "../lib/engine-address.ts";
import type { Problem } from "../lib/errors.ts";
import { engineAddress, engineVariables } from "../../toolchain/lib/engine-address.mjs";
import { AddressError } from "../../toolchain/lib/engine-host.mjs";
import type { ConfigReader } from "./reader.ts";
import type { ConfigSources } from "./sources.ts";

/** The engine on which a stack runs. */
export interface EngineConfig extends EngineAddress {
  /** Address; empty if the environment names none that can be used. */
  readonly host: string;
  /** Name or id of the engine that the stack belongs to. Default: empty, which means any engine. */
  readonly wanted: string;
  /** Folder in which an engine that runs without root reads its user's settings. */
  readonly userSettings: string;
}

/** Reads the section of the engine. Its address comes from the environment, by the rule that every run follows. */
export function readEngine({ text, add }: ConfigReader, { keys, env }: ConfigSources): EngineConfig {
  add(
    keys()
      .filter((key) => /^docker(?:-build)?:/.test(key))
      .map(providerKeyProblem),
  );
  const { XDG_CONFIG_HOME: settings = "", HOME: home = "" } = env;
  const common = { wanted: text("engine"), userSettings: settings || join(home || homedir(), ".config") };
  try {
    const { host, certificates } = engineAddress(env);
    const others = Object.keys(engineVariables(env));
    if (others.length > 0) add([variableProblem(host, others)]);
    return { ...common, host, certificates };
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    add([error.problem]);
    return { ...common, host: "", certificates: "" };
  }
}

/** A provider with a setting of its own might use another engine than everything else. */
function providerKeyProblem(key: string): Problem {
  const isLogin = /:registr(?:yAuth|ies)\b/.test(key);
  return {
    key,
    expected: "no configuration of the docker providers",
    found: "a value",
    fix: `pulumi config rm ${key}; ${isLogin ? "set registryUser and the secret registryPassword" : "choose the engine with DOCKER_HOST or a docker context"}`,
  };
}

/** Pulumi's providers read DOCKER_HOST alone, and so would use another engine than the docker client. */
function variableProblem(host: string, names: readonly string[]): Problem {
  return {
    key: "container engine",
    expected: `variables that lead every program to ${host}`,
    found: `other values of ${names.join(", ")}`,
    fix: 'eval "$(npm run -s env)"',
  };
}
