import { hostCertificates } from "../../config/host-certificates.ts";
import { readMachine } from "../../config/machine.ts";
import { engineOf } from "../../engine/engine-of.ts";
import { readTextIfExists } from "../../system/files.ts";
import { withWorkFolder } from "../../system/work-folder.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { writeAccess } from "./access.ts";
import { makeRootfs } from "./rootfs.ts";
import type { PackageAccess, RootfsTask } from "./task.ts";

/** What a program of the first images works with. */
export interface Workplace {
  /** Folder that only this user can read, and that is removed afterwards. */
  readonly work: string;
  /** Arguments of the build. */
  readonly buildArguments: readonly string[];
  /** Makes a root file system, or finds it in the cache. Returns its folder. */
  readonly rootfs: (task: RootfsTask) => Promise<string>;
}

/** Lets `use` work with the way to Debian's packages that a task has. */
export async function withAccess(
  { access, sourceDateEpoch }: { readonly access: PackageAccess; readonly sourceDateEpoch: string },
  use: (workplace: Workplace) => Promise<void>,
): Promise<void> {
  const certificates = access.caBundle === "" ? hostCertificates() : (readTextIfExists(access.caBundle) ?? "");
  const { cache, platform } = readMachine(process.env);
  await withWorkFolder(temporaryFolder(), async (work) => {
    const { buildArguments, variables } = writeAccess(access, certificates, work);
    await use({
      work,
      buildArguments: ["--build-arg", `SOURCE_DATE_EPOCH=${sourceDateEpoch}`, ...buildArguments],
      rootfs: async (rootfs) => {
        const { architecture } = await engineOf(process.env).facts();
        return makeRootfs(rootfs, { cache, platform, architecture }, variables, sourceDateEpoch);
      },
    });
  });
}
