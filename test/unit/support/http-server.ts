import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** Serves on a free port of the loopback while the tests of a suite run. Returns the address, "127.0.0.1:<port>". */
export function useHttpServer(answer: RequestListener): () => string {
  const server = useListening(answer, () => ({ host: "127.0.0.1", port: 0 }));
  return () => `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

/** Serves at a socket or a port while the tests of a suite run. */
export function useListening(
  answer: RequestListener,
  where: () => { readonly path: string } | { readonly host: string; readonly port: number },
) {
  const server = createServer(answer);
  before(async () => {
    await once(server.listen(where()), "listening");
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}
