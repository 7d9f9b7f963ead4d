import type { Engine } from "../../components/engine/engine.ts";
import type { Outdated } from "../../components/outdated/outdated.ts";
import { describeOutdated } from "../../components/outdated/table.ts";
import type { Invocation } from "../lib/invocation.ts";
import { withOutdatedFile } from "../lib/plan-file.ts";
import { captured } from "./preview.ts";

/** Prints what has moved upstream of a stack, and what taking it would rebuild. Changes nothing. */
export async function outdated(invocation: Invocation, engine: Engine): Promise<number> {
  console.error("outdated: checking registries, Debian's servers and the package index (about 15 s)");
  return withOutdatedFile(async (read) => {
    const { code, stdout } = await captured(invocation, engine);
    if (code !== 0) {
      process.stderr.write(stdout);
      return code;
    }
    const found = read() as Outdated | undefined;
    if (found === undefined) throw new Error("the preview ended well and wrote no answer: run ./morgan preview");
    const isJson = invocation.options["json"] === true;
    process.stdout.write(isJson ? `${JSON.stringify(found, undefined, 2)}\n` : `\n${describeOutdated(found)}`);
    return 0;
  });
}
