import { TestStack } from "./test-stack.ts";

let stack: TestStack | undefined;
let deployed: Promise<TestStack> | undefined;

/**
 * Returns the stack that the integration tests share, one file after another. The first caller deploys the stack, so
 * each file also runs alone. One stack serves them all, because five services need most of a minute to become healthy.
 */
export function sharedStack(): Promise<TestStack> {
  return (deployed ??= deploy());
}

async function deploy(): Promise<TestStack> {
  stack = await TestStack.create();
  await stack.up();
  return stack;
}

after("the shared stack is removed, also after a failed test", async () => {
  await stack?.dispose();
});
