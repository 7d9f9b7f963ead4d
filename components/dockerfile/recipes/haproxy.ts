import { installDebianPackages } from "../install.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../instruction.ts";

/** HAProxy from Debian's package, with the user, the folder and the command of the upstream image. */
export function haproxyRecipe(sources: PackageSources): readonly Instruction[] {
  return [
    { kind: "from", image: "debian" },
    installDebianPackages(["haproxy"], sources, { after: ["mkdir -p /usr/local/etc/haproxy"] }),
    // HAProxy's own word for "finish what you have, take nothing new".
    { kind: "stopsignal", signal: "SIGUSR1" },
    { kind: "user", user: "99:99" },
    { kind: "cmd", command: ["haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"] },
  ];
}
