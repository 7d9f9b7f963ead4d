import { createInterface } from "node:readline/promises";
import { MorganError } from "../../components/lib/errors.ts";
import { Interrupted } from "./signals.ts";

/** The way in which a command asks a person. */
export interface Confirmation {
  /** True if the command line has `--yes`. */
  readonly yes: boolean;
  /** True if a person can answer. */
  readonly isTerminal: boolean;
  /** Asks a question and returns the answer. */
  readonly ask: (question: string) => Promise<string>;
}

/**
 * Asks before a command changes what cannot be brought back.
 *
 * @param action - the change with its stack and its engine: 'destroy the stack "dev" on the engine "a"'.
 * @throws MorganError if nobody confirms it.
 */
export async function confirm(action: string, command: string, { yes, isTerminal, ask }: Confirmation): Promise<void> {
  if (yes) return;
  if (!isTerminal) {
    throw refused(command, `--yes, because there is no terminal to ask: ${action}`, "no --yes");
  }
  const answer = await ask(`${action}? Type "yes": `);
  if (answer.trim() !== "yes") throw refused(command, `"yes", to ${action}`, `"${answer.trim()}"`);
}

function refused(command: string, expected: string, found: string): MorganError {
  return new MorganError([{ key: command, expected, found, fix: `${command} --yes` }], "nothing was changed");
}

/** Asks on the terminal of this process. */
export function onTerminal(yes: boolean): Confirmation {
  return {
    yes,
    isTerminal: process.stdin.isTTY && process.stderr.isTTY,
    ask: async (question) => {
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      const ended = new AbortController();
      lines.once("SIGINT", () => {
        ended.abort(new Interrupted("SIGINT"));
      });
      try {
        return await lines.question(question, { signal: ended.signal });
      } catch (error) {
        // Ctrl-C ends the command, and Ctrl-D is no answer.
        ended.signal.throwIfAborted();
        if (error instanceof Error && error.name === "AbortError") return "";
        throw error;
      } finally {
        lines.close();
      }
    },
  };
}
