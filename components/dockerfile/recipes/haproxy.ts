import { GATEWAY_FOLDER, HAPROXY_COMMAND, HAPROXY_USER } from "../../catalog/image-contract.ts";
import { installDebianPackages } from "../install.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../instruction.ts";

/** HAProxy from Debian's package, with the user, the folder and the command of the upstream image. */
export function haproxyRecipe(sources: PackageSources): readonly Instruction[] {
  return [
    { kind: "from", image: "debian" },
    installDebianPackages(["haproxy"], sources, { after: [`mkdir -p ${GATEWAY_FOLDER}`] }),
    // At this signal HAProxy 2.6 finishes its requests and accepts no new ones.
    { kind: "stopsignal", signal: "SIGUSR1" },
    { kind: "user", user: HAPROXY_USER },
    { kind: "cmd", command: HAPROXY_COMMAND },
  ];
}
