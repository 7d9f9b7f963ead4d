import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { ROLE_LABEL, STACK_LABEL } from "../../../components/engine/labels.ts";
import { docker, lines, type InspectedContainer } from "./engine.ts";

/** The fields of a network that the tests read. */
export interface InspectedNetwork {
  readonly Name: string;
  readonly Id: string;
  readonly Internal: boolean;
  readonly Labels: Readonly<Record<string, string>>;
  readonly IPAM: { readonly Config: readonly { readonly Gateway?: string }[] };
}

/** Returns the networks of a stack by role. */
export function networksOfStack(stack: string): Record<string, InspectedNetwork> {
  const ids = lines(docker("network", "ls", "--quiet", "--filter", `label=${STACK_LABEL}=${stack}`));
  const networks = ids.flatMap((id) => JSON.parse(docker("network", "inspect", id)) as InspectedNetwork[]);
  return Object.fromEntries(networks.map((network) => [network.Labels[ROLE_LABEL] ?? "", network]));
}

/** Returns the roles of a container's networks, in alphabetical order. */
export function joinedBy(
  container: InspectedContainer | undefined,
  networks: Record<string, InspectedNetwork>,
): string[] {
  const roles = new Map(Object.entries(networks).map(([role, { Name }]) => [Name, role]));
  const names = Object.keys(container?.NetworkSettings.Networks ?? {});
  return names.map((name) => (name === "bridge" ? "the engine's own" : (roles.get(name) ?? name))).sort();
}

/** Returns the host's address on a network. */
export function hostAddress(network: InspectedNetwork): string {
  return network.IPAM.Config[0]?.Gateway ?? "";
}

/** Starts a server on the host, at an address that only the host and its containers reach. */
export async function listenAt(address: string): Promise<{ readonly port: number; readonly close: () => void }> {
  const server = createServer((socket) => socket.end("reached"));
  return { port: await listen(server, address), close: () => void server.close() };
}

/** Makes a server listen at an address of the host. Returns the port; 0 stands for any free port. */
export async function listen(server: Server, address: string, port = 0): Promise<number> {
  await once(server.listen(port, address), "listening");
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : 0;
}

/** A host and a port: "gateway:8001". */
export type Target = `${string}:${number}`;

/** Returns the targets to which a container with Python or bash can connect. */
export function reachable(container: string, targets: readonly Target[]): string[] {
  const python = `import socket, sys; socket.create_connection(sys.argv[1].split(":"), 3)`;
  const bash = "exec 3<>/dev/tcp/${0/://}";
  const script = `for target do
  if command -v python3 >/dev/null; then python3 -c '${python}' "$target"; else timeout 3 bash -c '${bash}' "$target"; fi \
    2>/dev/null && echo "$target"
done; true`;
  return lines(docker("exec", container, "sh", "-c", script, "sh", ...targets));
}
