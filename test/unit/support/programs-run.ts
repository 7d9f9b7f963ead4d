import type { Ended } from "../../../components/system/run-to-end.ts";

/** A program in memory: its calls, and the answers that a test gives. */
export class FakeProgram {
  readonly calls: string[] = [];
  readonly inputs: string[] = [];
  private readonly answer: (call: string) => Partial<Ended> | undefined;

  /** `answer` gets the arguments, joined by spaces. Undefined stands for success without output. */
  constructor(answer: (call: string) => Partial<Ended> | undefined = () => undefined) {
    this.answer = answer;
  }

  readonly run = (args: readonly string[], options: { readonly input?: string } | string = {}): Promise<Ended> => {
    const call = args.join(" ");
    this.calls.push(call);
    this.inputs.push(typeof options === "string" ? options : (options.input ?? ""));
    return Promise.resolve({ code: 0, stdout: "", stderr: "", ...this.answer(call) });
  };

  /** The calls that contain a text. */
  having(text: string): string[] {
    return this.calls.filter((call) => call.includes(text));
  }
}
