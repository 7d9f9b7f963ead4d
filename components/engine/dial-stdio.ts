import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { Socket } from "node:net";
import { Duplex } from "node:stream";

/** A connection to an engine through a program that copies its input and output, such as `docker system dial-stdio`. */
export class DialStdio extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  #printed = "";
  #timer: NodeJS.Timeout | undefined;
  #limit = 0;

  constructor(program: string, args: readonly string[]) {
    super();
    const child = spawn(program, args, { stdio: "pipe" });
    this.#child = child;
    child.stdout.on("data", (chunk: Buffer) => {
      this.#wasActive();
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stderr
      .setEncoding("utf8")
      .on("data", (text: string) => (this.#printed = `${this.#printed}${text}`.slice(-2000)));
    child.stdin.on("error", () => undefined);
    child.on("error", (error) => this.destroy(new Error(`${program} could not be started: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) this.push(null);
      else this.destroy(new Error(this.#printed.trim() || `${program} ended with ${String(code)}`));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#wasActive();
    this.#child.stdin.write(chunk, (error) => {
      // The reason of a broken pipe comes with the end of the program.
      if (error === null || error === undefined) done();
    });
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#child.kill();
    done(error);
  }

  /** The members of a socket that node:http uses. */
  setTimeout(limit: number, onTimeout?: () => void): this {
    this.#limit = limit;
    if (onTimeout !== undefined) this.once("timeout", onTimeout);
    this.#wasActive();
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  /** Lets the process end without waiting for the connection. */
  unref(): this {
    for (const part of this.#parts()) part.unref();
    return this;
  }

  ref(): this {
    for (const part of this.#parts()) part.ref();
    return this;
  }

  #parts(): readonly { ref(): void; unref(): void }[] {
    const { stdin, stdout, stderr } = this.#child;
    // Pipes of a child process are sockets, which their types do not show.
    return [this.#child, ...[stdin, stdout, stderr].filter((stream) => stream instanceof Socket)];
  }

  #wasActive(): void {
    clearTimeout(this.#timer);
    if (this.#limit > 0) this.#timer = setTimeout(() => this.emit("timeout"), this.#limit).unref();
  }
}
