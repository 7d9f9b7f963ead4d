import { TestStack } from "./test-stack.ts";

let stack: TestStack | undefined;

/**
 * The stack that the integration tests share, one after the other in the order of their files' names: a stack of five
 * services takes most of a minute to come up, so it comes up once.
 */
export function sharedStack(): TestStack {
  if (stack === undefined) throw new Error("the first file makes the stack; run all of test/integration");
  return stack;
}

/** Makes the shared stack. */
export async function makeSharedStack(): Promise<TestStack> {
  stack = await TestStack.create();
  return stack;
}

/** Forgets the shared stack, and what it still has in the engine. */
export async function disposeSharedStack(): Promise<void> {
  await stack?.dispose();
  stack = undefined;
}

after("the shared stack goes, also where a test failed", disposeSharedStack);
