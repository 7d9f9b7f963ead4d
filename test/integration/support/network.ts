import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { ROLE_LABEL, STACK_LABEL } from "../../../components/engine/labels.ts";
import { docker, type InspectedContainer } from "./engine.ts";

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
  const ids = docker("network", "ls", "--quiet", "--filter", `label=${STACK_LABEL}=${stack}`)
    .split("\n")
    .filter(Boolean);
  const networks = ids.flatMap((id) => JSON.parse(docker("network", "inspect", id)) as InspectedNetwork[]);
  return Object.fromEntries(networks.map((network) => [network.Labels[ROLE_LABEL] ?? "", network]));
}

/** The networks that a container is on, by role, in alphabetical order. */
export function joinedBy(
  container: InspectedContainer | undefined,
  networks: Record<string, InspectedNetwork>,
): string[] {
  const roles = new Map(Object.entries(networks).map(([role, { Name }]) => [Name, role]));
  const names = Object.keys(container?.NetworkSettings.Networks ?? {});
  return names.map((name) => (name === "bridge" ? "the engine's own" : (roles.get(name) ?? name))).sort();
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

/** A host and a port: "gateway:8001". */
export type Target = `${string}:${number}`;

/** Those of the targets to which a connection can be made from inside a container that has Python or bash. */
export function reachable(container: string, targets: readonly Target[]): string[] {
  const python = `import socket, sys; socket.create_connection(sys.argv[1].split(":"), 3)`;
  const bash = "exec 3<>/dev/tcp/${0/://}";
  const script = `for target do
  if command -v python3 >/dev/null; then python3 -c '${python}' "$target"; else timeout 3 bash -c '${bash}' "$target"; fi \
    2>/dev/null && echo "$target"
done; true`;
  return docker("exec", container, "sh", "-c", script, "sh", ...targets)
    .split("\n")
    .filter((line) => line !== "");
}
