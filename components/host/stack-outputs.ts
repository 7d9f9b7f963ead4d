import * as pulumi from "@pulumi/pulumi";
import { messageOf } from "../lib/errors.ts";

/**
 * Returns the outputs of the stack "organization/project/stack" after its last `up`; undefined before the first one.
 * This calls the function behind Pulumi 3's StackReference. It creates no StackReference, because that is a resource:
 * its refresh fails after the other stack is removed. A missing stack would also end the run before other problems are
 * reported.
 *
 * @throws Error if there is no such stack.
 */
export async function readStackOutputs(name: string): Promise<unknown> {
  try {
    const found = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name })) as { outputs?: unknown };
    return found.outputs;
  } catch (error) {
    const message = messageOf(error);
    throw new Error(message.includes("unknown stack") ? "there is no such stack" : message, { cause: error });
  }
}
