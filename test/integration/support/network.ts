import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { docker } from "./engine.ts";

/** A network of the engine, as far as the tests ask. */
export interface InspectedNetwork {
  readonly Name: string;
  readonly Id: string;
  readonly Internal: boolean;
  readonly Labels: Readonly<Record<string, string>>;
  readonly IPAM: { readonly Config: readonly { readonly Gateway?: string }[] };
}

/** The networks of a stack, by role. */
export function networksOfStack(stack: string): Record<string, InspectedNetwork> {
  const ids = docker("network", "ls", "--quiet", "--filter", `label=morgan.stack=${stack}`).split("\n").filter(Boolean);
  const networks = ids.flatMap((id) => JSON.parse(docker("network", "inspect", id)) as InspectedNetwork[]);
  return Object.fromEntries(networks.map((network) => [network.Labels["morgan.role"] ?? "", network]));
}

/** The host's address on a network. */
export function hostAddress(network: InspectedNetwork): string {
  return network.IPAM.Config[0]?.Gateway ?? "";
}

/** Something to reach on the host, at an address that only containers and the host itself have a way to. */
export async function listenAt(address: string): Promise<{ readonly port: number; readonly close: () => void }> {
  const server = createServer((socket) => socket.end("reached"));
  return { port: await listen(server, address), close: () => void server.close() };
}

/** Lets a server listen at an address of the host; the port that it got. */
export async function listen(server: Server, address: string): Promise<number> {
  await once(server.listen(0, address), "listening");
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : 0;
}

/** Whether a connection can be made from inside a container that has Python or bash. */
export function reaches(container: string, host: string, port: number): boolean {
  const python = `import socket; socket.create_connection(("${host}", ${String(port)}), 3)`;
  const bash = `exec 3<>/dev/tcp/${host}/${String(port)}`;
  const script = `if command -v python3 >/dev/null; then python3 -c '${python}'; else timeout 3 bash -c '${bash}'; fi`;
  // What the command prints last tells a connection that fails from a command that cannot be run.
  return docker("exec", container, "sh", "-c", `(${script}) 2>/dev/null && echo yes || echo no`).trim() === "yes";
}
