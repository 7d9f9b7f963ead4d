import { readFileSync } from "node:fs";
import type * as pulumi from "@pulumi/pulumi";
import type { BuildSettings } from "../stages/stage-image.ts";

/** A beginning of a script, empty where the network is the public one, and the variables that it reads. */
export interface ScriptPreamble {
  readonly script: string;
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
}

/** How the scripts that make the first images reach Debian's packages. A log-in is in no text that an error prints. */
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

/** How a script logs in to the registry that it pushes to. */
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

/** What runs a script that is in its environment: an error prints this line, and not the whole script. */
export const RUN_SCRIPT = 'exec /bin/bash -c "$MORGAN_SCRIPT"';

/** Text of a script in bootstrap/; its text, not its place, is an input of the command that runs it. */
export function script(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}
