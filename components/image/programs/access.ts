import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PackageAccess } from "./task.ts";

/** The files of an access, and the variables and arguments that name them. */
export interface AccessFiles {
  /** Arguments of a build: its secrets, and the proxy. */
  readonly buildArguments: readonly string[];
  /** Variables of apt-access.sh. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Writes an access into files below `work`, which only this user can read. A variable could not hold a large bundle of
 * certificates, and other processes might see it.
 */
export function writeAccess(access: PackageAccess, certificates: string, work: string): AccessFiles {
  const write = (name: string, content: string): string => {
    if (content === "") return "";
    const file = join(work, name);
    writeFileSync(file, content.endsWith("\n") ? content : `${content}\n`, { mode: 0o600 });
    return file;
  };
  const secrets = {
    ca: write("ca", certificates),
    "apt-sources": write("apt-sources", access.aptSources),
    "apt-auth": write("apt-auth", access.aptAuth),
  };
  const { proxy, noProxy } = access;
  const proxies = proxy === "" ? {} : { http_proxy: proxy, https_proxy: proxy, no_proxy: noProxy };
  return {
    buildArguments: [
      ...Object.entries(secrets).flatMap(([id, file]) => (file === "" ? [] : ["--secret", `id=${id},src=${file}`])),
      ...Object.entries(proxies).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    ],
    variables: {
      MORGAN_CA_FILE: secrets.ca,
      // mmdebstrap takes the file's contents for the sources of the root file system.
      MORGAN_MIRROR: secrets["apt-sources"],
      MORGAN_APT_AUTH_FILE: secrets["apt-auth"],
      MORGAN_PROXY: proxy,
      MORGAN_NO_PROXY: noProxy,
    },
  };
}
