import type { MorganConfig } from "../config/config.ts";
import { hasRun } from "../engine/identity.ts";
import type { Host } from "../host/host.ts";
import { parseLastUp, unpackedShare } from "../forecast/parse-last-up.ts";
import { field, strings } from "../lib/json.ts";
import type { LastUp } from "../plan/last-up.ts";
import type { StackManifest } from "../plan/manifest.ts";
import { parseManifest } from "../plan/parse-manifest.ts";
import { stagesOfRelease } from "../plan/record-manifest.ts";
import type { ReleaseChange } from "../plan/releases.ts";
import { parseHistory } from "../release/history.ts";
import type { ReleasePlan } from "../release/plan.ts";
import { imagesOf } from "../release/release.ts";

/** What a plan is compared with. */
export interface PlanSources {
  /** True if the stack has run. */
  readonly hasRun: boolean;
  /** What the stack was made of at its last `up`; undefined if no `up` recorded it. */
  readonly manifest: StackManifest | undefined;
  /** Digests of the secrets in the configuration at the last `up`, by key. Secret. */
  readonly secretDigests: Readonly<Record<string, string>>;
  /** What the last `up` recorded that changed something; undefined if there was none. */
  readonly lastUp: LastUp | undefined;
  /** Unpacked bytes for each compressed byte of the stack's images; undefined if it is not known. */
  readonly unpackedShare: number | undefined;
  /** The release to run instead of a build; undefined for a stack that builds. */
  readonly release: Omit<ReleaseChange, "cuda"> | undefined;
}

/** Reads what a plan is compared with: the stack's own outputs, and for a promotion those of the other stack. */
export async function readPlanSources(
  config: Pick<MorganConfig, "services">,
  host: Pick<Host, "outputs" | "commits">,
  outputs: unknown,
  plan: ReleasePlan,
): Promise<PlanSources> {
  const manifest = parseManifest(outputs);
  return {
    hasRun: hasRun(outputs),
    manifest,
    secretDigests: strings(field(outputs, "secretDigests")),
    lastUp: parseLastUp(outputs),
    unpackedShare: unpackedShare(outputs),
    release: plan.kind === "run" ? await readRelease(config, host, manifest, plan) : undefined,
  };
}

async function readRelease(
  { services }: Pick<MorganConfig, "services">,
  host: Pick<Host, "outputs" | "commits">,
  manifest: StackManifest | undefined,
  { release, history }: Extract<ReleasePlan, { kind: "run" }>,
): Promise<Omit<ReleaseChange, "cuda">> {
  const running = history.releases.find(({ id }) => id === history.running);
  const isChange = running?.id !== release.id;
  const [after, commits] = await Promise.all([
    stagesOf(release, host, manifest, history.running),
    isChange && running !== undefined ? host.commits(running.revision, release.revision) : undefined,
  ]);
  const chosen = new Set([...services.flatMap(({ name, backing }) => [name, ...backing]), "debian", "haproxy"]);
  const refs = (images: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(images).filter(([name]) => chosen.has(name)));
  return {
    from: running === undefined ? undefined : { id: running.id, revision: running.revision },
    to: { id: release.id, revision: release.revision },
    isPromoted: release.from !== undefined,
    services: services.map(({ name }) => name),
    before: running === undefined ? {} : refs(imagesOf(running)),
    after: refs(imagesOf(release)),
    stages: after === undefined ? undefined : { before: manifest?.stages ?? {}, after },
    commits,
  };
}

/** Returns what a release was built from: as the stack itself recorded it, or the stack from which it comes. */
async function stagesOf(
  { id, from }: { readonly id: string; readonly from?: { readonly stack: string } },
  host: Pick<Host, "outputs">,
  manifest: StackManifest | undefined,
  running: string,
): Promise<StackManifest["stages"] | undefined> {
  const own = manifest === undefined ? undefined : stagesOfRelease(manifest, id, running);
  if (own !== undefined && Object.keys(own).length > 0) return own;
  if (from === undefined) return undefined;
  // The other stack may be gone. The release is here all the same.
  const outputs = await host.outputs(from.stack).catch(() => undefined);
  const other = parseManifest(outputs);
  return other === undefined ? undefined : stagesOfRelease(other, id, parseHistory(outputs).running);
}
