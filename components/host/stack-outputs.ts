import * as pulumi from "@pulumi/pulumi";
import { messageOf } from "../lib/errors.ts";

/**
 * Returns the outputs of the stack "organization/project/stack" after its last `up`; undefined before the first one. This
 * is the function behind Pulumi 3's StackReference, which is a resource. A refresh of that resource fails after the other
 * stack is removed, and a missing stack would end the run before the other problems are reported.
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
