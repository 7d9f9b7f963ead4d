import type { Engine } from "../../../engine/engine.ts";
import { ROLE_LABEL } from "../../../engine/labels.ts";
import { containersWithVolume } from "../../../engine/ownership.ts";
import { succeeding, type Ended } from "../../../system/run-to-end.ts";

/** Inputs of a reload. */
export interface ReloadArgs {
  /** Image of the gateway. */
  readonly image: string;
  /** Container that has the new files in `folder`. */
  readonly holder: string;
  /** Volume that the gateway has at `folder`. */
  readonly volume: string;
  readonly folder: string;
  /** Name in the new files that the gateway resolves to its own address. */
  readonly hostName: string;
}

/** Everything that a reload uses of the machine. */
export interface ReloadTools {
  readonly engine: Pick<Engine, "containers" | "inspect">;
  /** Runs the Docker client with an input. */
  readonly docker: (args: readonly string[], input?: string) => Promise<Ended>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly report: (text: string) => void;
}

/**
 * Runs in the gateway's image, with the folder of the new files as its argument. A wrong configuration must not get to
 * where a gateway finds it that starts again. The paths in a configuration are those at which the gateway will find
 * them, so it is checked where it lies.
 */
const TAKE_OVER = `haproxy -c -f "$1/haproxy.cfg" >/dev/null
for file in "$1"/*; do
  cp "$file" /current/.new
  mv -f /current/.new "/current/\${file##*/}"
done
for file in /current/*; do
  [ -e "$1/\${file##*/}" ] || rm -f "$file"
done
`;

/** Saves for the new worker where the containers are and which are ready, so that it need not ask the network. */
const SAVE_STATES =
  'exec 3<>/dev/tcp/127.0.0.1/9998; echo "show servers state" >&3; cat <&3 >/tmp/.servers; mv /tmp/.servers /tmp/servers';

const PAUSE = 200;
/** Longest wait for HAProxy's answer to a reload, in pauses. */
const PAUSES = 150;

/**
 * Copies new files to the gateway's volume and reloads the gateway. Its old worker finishes the connections that it has,
 * a new worker takes all others. @throws Error if the files are wrong, or if the gateway refuses them.
 */
export async function reload(args: ReloadArgs, { engine, docker, sleep, report }: ReloadTools): Promise<void> {
  const holder = await engine.inspect(args.holder);
  const labels = { ...ownLabels(holder?.labels ?? {}), [ROLE_LABEL]: "gateway-config" };
  await succeeding(docker(takeOver(args, labels), TAKE_OVER), "the check of the gateway's configuration");
  const found = await containersWithVolume(engine, args.volume, "gateway");
  const gateway = found.find(({ running }) => running);
  if (gateway === undefined) return;

  const inside = (command: string): Promise<Ended> => docker(["exec", gateway.id, "/bin/bash", "-c", command]);
  if ((await inside(SAVE_STATES)).code !== 0) {
    report("the gateway did not list the containers that it has; it will look for them anew");
  }
  const log = async (): Promise<string> => {
    const { stdout, stderr } = await docker(["logs", gateway.id]);
    return stdout + stderr;
  };
  const before = answersIn(await log()).length;
  // The signal goes to the init process, which hands it on to HAProxy's master. It comes from inside: Docker 28.5 takes
  // a container that it sends any signal for one stopped by hand, and does not start it again with the engine.
  await succeeding(inside("kill -USR2 1"), "the signal to the gateway");
  for (let pause = 0; pause < PAUSES; pause += 1) {
    const answers = answersIn(await log()).slice(before);
    if (answers.includes("success")) return;
    if (answers.includes("failure")) break;
    await sleep(PAUSE);
  }
  const end = (await log()).trimEnd().split("\n").slice(-10);
  throw new Error(["the gateway goes on with its old configuration:", ...end].join("\n"));
}

/** Returns HAProxy's answers to its reloads, in order. */
export function answersIn(log: string): string[] {
  return [...log.matchAll(/Loading (success|failure)/g)].map(([, answer = ""]) => answer);
}

/** Returns the labels by which this project finds what belongs to a stack. */
function ownLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => name.startsWith("morgan.")));
}

function takeOver(
  { image, holder, volume, folder, hostName }: ReloadArgs,
  labels: Readonly<Record<string, string>>,
): string[] {
  return [
    ...["run", "--rm", "--interactive", "--network", "none", "--read-only", "--user", "0:0", "--cap-drop", "ALL"],
    ...["--security-opt", "no-new-privileges:true"],
    // HAProxy looks up the names in its configuration while it checks it, and this container has no network.
    ...["--add-host", `${hostName}:127.0.0.1`],
    ...Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]),
    ...["--volumes-from", `${holder}:ro`, "--volume", `${volume}:/current`, image, "/bin/sh", "-eus", folder],
  ];
}
