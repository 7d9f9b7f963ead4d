import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Longest wait for a connection on the loopback, in milliseconds. */
const TIMEOUT = 1000;

/** True if a program listens at an address, "127.0.0.1:5101", or if that is unknown. */
export function listens(address: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ ...parse(address), timeout: TIMEOUT });
  const end = (found: boolean) => (): void => {
    socket.destroy();
    resolve(found);
  };
  socket.once("connect", end(true)).once("timeout", end(true)).once("error", end(false));
  return promise;
}

/** Waits until nothing listens at an address any more. A connection that stays open needs no time meanwhile. */
export async function untilSilent(address: string): Promise<void> {
  while (await listens(address)) {
    await closed(address);
    await sleep(100);
  }
}

async function closed(address: string): Promise<void> {
  const socket = connect(parse(address));
  // A connection that is reset is closed too.
  await once(socket.resume(), "close").catch(() => undefined);
}

function parse(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}
