import { APP } from "../../catalog/image-contract.ts";
import { installDebianPackages, installRequirements, VENV } from "../install.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../instruction.ts";

/** The stage below every service: Debian, Python, certificates, and the requirements that all services share. */
export function baseRecipe(requirements: string, sources: PackageSources): readonly Instruction[] {
  return [
    { kind: "from", image: "debian" },
    installDebianPackages(["ca-certificates", "python3"], sources, {
      // CPython's own tests and the texts of its interactive help. Debian's package of Python contains them.
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
        // For uv 0.13, in this stage and the stages that are built on it. Bytecode cannot be written later, to a
        // read-only root file system. uv cannot link files from a cache mount. It must not download an interpreter.
        UV_COMPILE_BYTECODE: "1",
        UV_LINK_MODE: "copy",
        UV_PYTHON_DOWNLOADS: "never",
      },
    },
    installRequirements(requirements, sources, [`/run/uv venv --python /usr/bin/python3 ${VENV}`]),
    { kind: "workdir", path: APP },
  ];
}
