import { existsSync } from "node:fs";
import { tmpdir } from "node:os";

/** Returns the run's own folder for temporary files, which is removed even if this program is killed; see startup/. */
export function temporaryFolder(): string {
  const { MORGAN_TMPDIR: own = "" } = process.env;
  return own !== "" && existsSync(own) ? own : tmpdir();
}
