import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { containersOf, docker, type InspectedContainer } from "./engine.ts";

/** The programs that make the tiny weights of each service. */
const GENERATORS = { tts: "tiny_vits.py", stt: "tiny_whisper.py" } as const;

/** The time in milliseconds in which a container has to start, with the builds of its images. */
const LIMIT = 25 * 60_000;

/** Waits until a service's container runs, while a deployment goes on. Returns the container. */
export async function waitForContainer(stack: string, service: string): Promise<InspectedContainer> {
  const until = Date.now() + LIMIT;
  while (Date.now() < until) {
    const found = containersOf(stack)[service];
    if (found?.State.Status === "running") return found;
    await sleep(1000);
  }
  throw new Error(`no container of ${service} within ${String(LIMIT / 60_000)} min`);
}

/** Makes tiny weights in a service's own image. They go to a folder, or else to the container's volume of weights. */
export function makeWeights(
  project: string,
  service: keyof typeof GENERATORS,
  container: InspectedContainer,
  folder?: string,
): void {
  const target = folder ?? container.Mounts.find(({ Destination }) => Destination === "/models")?.Name ?? "";
  const mounts = ["-v", `${target}:/models`, "-v", `${join(project, "services", service, "tests")}:/generator:ro`];
  const confined = ["--rm", "--network=none", "--read-only", "--tmpfs=/tmp", "--user=10001:10001", "--workdir=/"];
  docker(
    "run",
    ...confined,
    ...mounts,
    container.Config.Image,
    "python",
    `/generator/${GENERATORS[service]}`,
    "/models",
  );
}

/** Sends a request from inside a service's container, whose port is not published. Returns the answer. */
export function requestInside(
  id: string,
  port: number,
  path: string,
  wav?: "silence",
): { status: number; body: string } {
  const program = `
import http.client, io, json, wave
connection = http.client.HTTPConnection("127.0.0.1", ${String(port)}, timeout=60)
sound = io.BytesIO()
with wave.open(sound, "wb") as file:
    file.setnchannels(1); file.setsampwidth(2); file.setframerate(16000); file.writeframes(b"\\1\\0" * 16000)
body = sound.getvalue() if ${wav === undefined ? "False" : "True"} else None
connection.request("POST" if body else "GET", "${path}", body, {"content-type": "audio/wav"} if body else {})
response = connection.getresponse()
print(json.dumps({"status": response.status, "body": response.read().decode()}))
`;
  return JSON.parse(docker("exec", id, "python3", "-c", program)) as { status: number; body: string };
}
