import { trafficSince } from "../../integration/support/registry-traffic.ts";
import type { BenchRegistry } from "./bench-registry.ts";
import { throwIfInterrupted } from "../lib/interrupt.ts";
import { executedSteps } from "./steps.ts";
import type { Measurement } from "./table.ts";
import type { Way } from "./way.ts";

/** Runs a tool's `up`, then the push that its `up` leaves out, and returns the measurement. */
export async function measure(way: Way, registry: BenchRegistry): Promise<Measurement> {
  throwIfInterrupted();
  const since = new Date();
  const seconds = await time(() => way.up());
  const pushSeconds = way.push === undefined ? undefined : await time(() => way.push?.() ?? Promise.resolve());
  const { uploads } = trafficSince(registry.container, since);
  const sizes = await Promise.all(uploads.map((blob) => sizeOf(registry.host, blob)));
  return {
    seconds,
    pushSeconds,
    installSteps: executedSteps(since).length,
    uploads: uploads.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}

async function time(run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1000;
}

async function sizeOf(host: string, blob: { readonly repository: string; readonly digest: string }): Promise<number> {
  const response = await fetch(`http://${host}/v2/${blob.repository}/blobs/${blob.digest}`, { method: "HEAD" });
  return Number(response.headers.get("content-length") ?? 0);
}
