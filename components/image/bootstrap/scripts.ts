import { readFileSync } from "node:fs";
import type * as pulumi from "@pulumi/pulumi";
import type { BuildSettings } from "../stages/stage-image.ts";

/** The beginning of a script, and the variables that it reads. It is empty if the network needs none. */
export interface ScriptPreamble {
  readonly script: string;
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Returns the preamble with which scripts reach Debian's packages on a company's network. Secrets are in the
 * environment, never in the script.
 */
export function packagesPreamble({
  sources,
  secrets,
  proxy,
}: Pick<BuildSettings, "sources" | "secrets" | "proxy">): ScriptPreamble {
  const isPrivate = sources.certificates || sources.aptLogin || proxy["http_proxy"] !== undefined;
  return {
    script: isPrivate ? script("apt-access.sh") : "",
    environment: {
      MORGAN_CA: secrets["ca"] ?? "",
      MORGAN_APT_AUTH: secrets["apt-auth"] ?? "",
      MORGAN_PROXY: proxy["http_proxy"] ?? "",
      MORGAN_NO_PROXY: proxy["no_proxy"] ?? "",
    },
  };
}

/** Returns the preamble with which a script logs in to the registry that it pushes to. */
export function pushPreamble({ login, registry }: Pick<BuildSettings, "login" | "registry">): ScriptPreamble {
  if (login === undefined) return { script: "", environment: {} };
  return {
    script: script("registry-login.sh"),
    environment: {
      MORGAN_REGISTRY: registry.host,
      MORGAN_REGISTRY_USER: login.user,
      MORGAN_REGISTRY_PASSWORD: login.password,
    },
  };
}

/**
 * Command that runs a script from an environment variable. An error of the command provider 1.2.1 contains the whole
 * command, which is then only this line.
 */
export const RUN_SCRIPT = 'exec /bin/bash -c "$MORGAN_SCRIPT"';

/**
 * Returns the text of a script in bootstrap/. The text, not the path, is an input of the command that runs the script.
 */
export function script(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}
