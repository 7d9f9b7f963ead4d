import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { throwProblems } from "../../components/lib/errors.ts";
import { forStack } from "../../components/lib/hints.ts";

/** Refuses a file that is meant as a stack: "./morgan backup prod". @throws MorganError for the name of a stack. */
export function refuseStackName(command: string, file: string, outcome: string): void {
  if (!existsSync(`Pulumi.${file}.yaml`)) return;
  const fix = `${forStack(command, file)}; for a file of this name: ./morgan ${command} ./${file}`;
  throwProblems(
    [{ key: `./morgan ${command} ${file}`, expected: "a file", found: `the name of the stack "${file}"`, fix }],
    outcome,
  );
}

/** Writes a text into a file, whose folder is made, or to the standard output for "-". */
export function writeOutput(file: string, text: string): void {
  if (file === "-") {
    process.stdout.write(text);
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
