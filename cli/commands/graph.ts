import { parseLastUp } from "../../components/forecast/parse-last-up.ts";
import { describeImageGraph } from "../../components/plan/faces/graph.ts";
import { parseManifest } from "../../components/plan/parse-manifest.ts";
import { unpackedSizes } from "../../components/report-page/report.ts";
import { throwProblems } from "../../components/lib/errors.ts";
import { forStack } from "../../components/lib/hints.ts";
import type { StackName } from "../lib/stack-name.ts";

/** Returns the image graph that the outputs of a stack record. @throws MorganError if they record none. */
export function graph(outputs: unknown, stack: StackName): string {
  const stages = parseManifest(outputs)?.stages ?? {};
  if (Object.keys(stages).length === 0) {
    const problem = {
      key: `the stack "${stack.name}"`,
      expected: "a record of what its images are made of",
      found: "none: an older program made them, or the stack from which it promotes recorded none",
      fix: forStack("up", stack.reference),
    };
    throwProblems([problem], "no picture was made");
  }
  const records = parseLastUp(outputs)?.images ?? {};
  return describeImageGraph({ stages, records, unpacked: unpackedSizes(outputs) });
}
