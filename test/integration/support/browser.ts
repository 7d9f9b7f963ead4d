import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { field } from "../../../components/lib/json.ts";
import { paths } from "../../../toolchain/lib/paths.mjs";
import { which } from "../../../toolchain/lib/process.mjs";
import { aptInstall, canUseApt } from "../../../toolchain/setup/apt.mjs";

/** Names under which the distributions install Chromium. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

const FLAGS = [
  "--headless",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  "--remote-debugging-port=0",
];

/** A page in a real Chromium without a window. */
export class BrowserPage {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>();
  /** URLs that the page has requested. */
  readonly requests: string[] = [];
  /** Messages of the browser's console, errors of the page's policy among them. */
  readonly messages: string[] = [];
  #last = 0;
  #loaded = Promise.withResolvers<undefined>();

  private constructor(child: ChildProcess, folder: string, socket: WebSocket) {
    this.#child = child;
    this.#folder = folder;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      this.#read(JSON.parse(String(data)));
    });
  }

  /** Starts Chromium. As root on Debian, installs it if it is missing. @throws Error if it is missing elsewhere. */
  static async start(): Promise<BrowserPage> {
    const program = await findChromium();
    const folder = mkdtempSync(join(tmpdir(), "morgan-test-browser-"));
    // As root, Chromium 156 starts without its sandbox only. The page has no scripts, and its policy allows none.
    const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const child = spawn(program, [...FLAGS, ...sandbox, `--user-data-dir=${folder}`, "about:blank"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const port = await debuggingPort(child);
    const listed = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as readonly unknown[];
    const target = listed.find((one) => field(one, "type") === "page");
    const socket = new WebSocket(String(field(target, "webSocketDebuggerUrl")));
    await once(socket, "open");
    const page = new BrowserPage(child, folder, socket);
    for (const domain of ["Page", "Network", "Runtime", "Log"]) await page.#send(`${domain}.enable`);
    return page;
  }

  /** Opens a URL in a window of a size in pixels, and waits until it is loaded. */
  async open(url: string, width: number, height: number): Promise<void> {
    await this.#send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    this.#loaded = Promise.withResolvers();
    await this.#send("Page.navigate", { url });
    await this.#loaded.promise;
  }

  /** Returns the value of an expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.#send("Runtime.evaluate", { expression, returnByValue: true });
    if (field(answer, "exceptionDetails") !== undefined) throw new Error(JSON.stringify(answer));
    return field(field(answer, "result"), "value");
  }

  /** Returns a picture of the whole page, as PNG. */
  async screenshot(): Promise<Buffer> {
    const answer = await this.#send("Page.captureScreenshot", { format: "png", captureBeyondViewport: true });
    return Buffer.from(String(field(answer, "data")), "base64");
  }

  /** Ends Chromium and removes its profile. */
  async close(): Promise<void> {
    const ended = once(this.#child, "close");
    await this.#send("Browser.close").catch(() => undefined);
    await ended;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #send(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const id = ++this.#last;
    const answer = Promise.withResolvers<unknown>();
    this.#answers.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return answer.promise;
  }

  #read(message: unknown): void {
    const [id, method, params] = ["id", "method", "params"].map((name) => field(message, name));
    if (typeof id === "number") this.#answers.get(id)?.resolve(field(message, "result"));
    if (method === "Page.loadEventFired") this.#loaded.resolve(undefined);
    if (method === "Network.requestWillBeSent") this.requests.push(String(field(field(params, "request"), "url")));
    if (method === "Log.entryAdded") this.messages.push(String(field(field(params, "entry"), "text")));
  }
}

async function findChromium(): Promise<string> {
  const find = (): string | undefined => NAMES.map((name) => which(name)).find((path) => path !== undefined);
  if (find() === undefined && canUseApt()) {
    console.log("installing Chromium from Debian packages (about 20 s)");
    await aptInstall(paths({ root: process.cwd(), env: process.env }), ["chromium", "fonts-dejavu-core"]);
  }
  const found = find();
  if (found === undefined) throw new Error(`this test needs one of ${NAMES.join(", ")}: install Chromium`);
  return found;
}

/** Returns the port that Chromium listens on, which it prints. */
async function debuggingPort(child: ChildProcess): Promise<string> {
  if (child.stderr === null) throw new Error("Chromium's output is closed");
  const printed: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    const port = /DevTools listening on ws:\/\/[^:]+:(\d+)\//.exec(line)?.[1];
    if (port !== undefined) {
      // Else Chromium waits when the pipe is full.
      child.stderr.resume();
      return port;
    }
    printed.push(line);
  }
  throw new Error(`Chromium did not start:\n${printed.join("\n")}`);
}
