import { spawn } from "node:child_process";
import { recordedSpeech } from "./requests.ts";

/** An answer, with the times in milliseconds of its request and its arrival. */
export interface TimedAnswer {
  readonly from: number;
  readonly to: number;
  /** 0 if there was no answer; the body then holds the error. */
  readonly status: number;
  readonly body: string;
}

/** Keeps two requests with a recording of human speech under way, until the input ends or minutes have passed. */
const PROGRAM = `
import base64, http.client, json, sys, threading, time, urllib.parse
url = urllib.parse.urlsplit(sys.argv[1])
recording = base64.b64decode(sys.stdin.readline())
over, lock = threading.Event(), threading.Lock()

def ask():
    while not over.is_set():
        begun = time.time()
        try:
            connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
            connection.request("POST", url.path, recording, {"content-type": "audio/wav"})
            response = connection.getresponse()
            status, body = response.status, response.read().decode()
        except OSError as error:
            status, body = 0, repr(error)
        answer = {"from": begun * 1000, "to": time.time() * 1000, "status": status, "body": body}
        with lock:
            print(json.dumps(answer), flush=True)
        time.sleep(0.05)

threads = [threading.Thread(target=ask) for _ in range(2)]
for thread in threads:
    thread.start()
threading.Timer(300, over.set).start()
sys.stdin.read()
over.set()
for thread in threads:
    thread.join()
import os
os._exit(0)
`;

/** Sends recordings to a service from inside a container, because only containers reach an unpublished service. */
export function loadInside(container: string, url: string): { stop(): Promise<readonly TimedAnswer[]> } {
  const child = spawn("docker", ["exec", "--interactive", container, "python3", "-c", PROGRAM, url], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = new Promise((resolve) => child.once("close", resolve));
  const begun = recordedSpeech().then((wav) => {
    child.stdin.write(`${wav.toString("base64")}\n`);
  });
  return {
    async stop() {
      await begun;
      child.stdin.end();
      await ended;
      return output.split("\n").flatMap((line) => (line === "" ? [] : (JSON.parse(line) as TimedAnswer)));
    },
  };
}
