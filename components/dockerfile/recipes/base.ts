import { APP } from "../../catalog/image-contract.ts";
import { installDebianPackages, installRequirements, VENV } from "../install.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../instruction.ts";

/** Shared by every service: Debian, Python, certificates, and the requirements that all have in common. */
export function baseRecipe(requirements: string, sources: PackageSources): readonly Instruction[] {
  return [
    { kind: "from", image: "debian" },
    installDebianPackages(["ca-certificates", "python3"], sources, {
      // CPython's own tests and the texts of its interactive help, 2 MB: their package cannot be had without them.
      after: ["rm -r /usr/lib/python3.*/test /usr/lib/python3.*/pydoc_data"],
    }),
    {
      kind: "run",
      commands: [
        `echo "morgan:x:10001:10001::${APP}:/usr/sbin/nologin" >>/etc/passwd`,
        `echo "morgan:x:10001:" >>/etc/group`,
      ],
    },
    {
      kind: "env",
      values: {
        PATH: `${VENV}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
        PYTHONDONTWRITEBYTECODE: "1",
        PYTHONUNBUFFERED: "1",
        // For uv, in this stage and those built on it: the cache is a mount, which cannot be linked from; a read-only
        // root file system cannot take bytecode later; an interpreter that is not there must not be downloaded.
        UV_COMPILE_BYTECODE: "1",
        UV_LINK_MODE: "copy",
        UV_PYTHON_DOWNLOADS: "never",
      },
    },
    installRequirements(requirements, sources, [`/run/uv venv --python /usr/bin/python3 ${VENV}`]),
    { kind: "workdir", path: APP },
  ];
}
