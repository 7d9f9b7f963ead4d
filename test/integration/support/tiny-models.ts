import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { containersOf, docker, type InspectedContainer } from "./engine.ts";

/** Which generator makes the weights of a service. */
const GENERATORS = { tts: "tiny_vits.py", stt: "tiny_whisper.py" } as const;

/** How long a container may take to appear while images are built, in milliseconds. */
const LIMIT = 25 * 60_000;

/** Waits until the container of a service runs, in a deployment that is under way. */
export async function appeared(stack: string, service: string): Promise<InspectedContainer> {
  const until = Date.now() + LIMIT;
  while (Date.now() < until) {
    const found = containersOf(stack)[service];
    if (found?.State.Status === "running") return found;
    await sleep(1000);
  }
  throw new Error(`no container of ${service} within ${String(LIMIT / 60_000)} min`);
}

/** Makes the tiny weights of a service in its own image, on the volume that its container reads them from, or in a folder. */
export function makeWeights(
  project: string,
  service: keyof typeof GENERATORS,
  container: InspectedContainer,
  folder?: string,
): void {
  const place = folder ?? container.Mounts.find(({ Destination }) => Destination === "/models")?.Name ?? "";
  const mounts = ["-v", `${place}:/models`, "-v", `${join(project, "services", service, "tests")}:/generator:ro`];
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

/** What a service answers to a request on its own port, asked from inside its container, where nobody publishes it. */
export function askInside(id: string, port: number, path: string, wav?: "silence"): { status: number; body: string } {
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
