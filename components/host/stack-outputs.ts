import * as pulumi from "@pulumi/pulumi";
import { messageOf } from "../lib/errors.ts";

/**
 * The outputs of a stack, "organization/project/stack", as its last up wrote them; none before the first. It is what a
 * StackReference reads, without being a resource: one in the state would fail every refresh once the other stack is gone,
 * and a stack that is not there would stop the run before the other problems are told.
 *
 * @throws Error where there is no such stack.
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
