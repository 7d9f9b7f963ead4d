import { formatProblems } from "../../components/lib/errors.ts";
import { setting } from "../../toolchain/lib/paths.mjs";
import type { StackName } from "../lib/stack-name.ts";

/**
 * What to do if Pulumi refused the passphrase; undefined if it printed another error. A passphrase is made for each
 * checkout, so a stack or a secret of another checkout has another one.
 */
export function otherPassphrase(stderr: string, { name, reference }: StackName): string | undefined {
  if (!stderr.includes("incorrect passphrase")) return undefined;
  const file = setting(process.env, "PULUMI_CONFIG_PASSPHRASE_FILE");
  const found = file === undefined ? "the one of PULUMI_CONFIG_PASSPHRASE" : `the one in ${file}`;
  const problem = {
    key: "passphrase",
    expected: `the passphrase with which the state of "${name}" and the secrets in Pulumi.${name}.yaml were made`,
    found: `another one: ${found}`,
    fix:
      "copy .morgan/passphrase from the checkout that made them, or set PULUMI_CONFIG_PASSPHRASE_FILE to it; " +
      `if only a secret of the file is from elsewhere, take its lines out, and set it again: ` +
      `pulumi config set --secret KEY --stack ${reference}`,
  };
  return formatProblems([problem], "nothing was changed");
}
