import { TestStack } from "./test-stack.ts";

/** The file that makes the shared stack and tests how it comes up. */
const FIRST_FILE = "10-deploy.test.ts";

let stack: TestStack | undefined;

/**
 * Returns the stack that the integration tests share, one after the other in the order of their files' names. A stack of
 * five services needs most of a minute to come up, so it comes up once.
 */
export function sharedStack(): TestStack {
  if (stack === undefined) throw new Error("there is no shared stack yet: call sharedStack in a hook or a test");
  return stack;
}

/** Makes the shared stack. */
export async function makeSharedStack(): Promise<TestStack> {
  stack = await TestStack.create();
  return stack;
}

before("the shared stack comes up for a run without the first file", async function () {
  const files = this.test?.parent?.suites.map(({ file }) => file ?? "") ?? [];
  if (files.some((file) => file.endsWith(FIRST_FILE))) return;
  await (await makeSharedStack()).up();
});

after("the shared stack goes, also after a failed test", async () => {
  await stack?.dispose();
  stack = undefined;
});
