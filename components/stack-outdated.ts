import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import type { MorganConfig } from "./config/config.ts";
import type { Engine } from "./engine/engine.ts";
import { registryOf } from "./lib/image-reference.ts";
import { buildSecrets, packageSources } from "./network/profile.ts";
import { findOutdated } from "./outdated/find.ts";
import { newestReleases, upgradesIn, type PackageNetwork } from "./outdated/sources.ts";
import type { PlanSources } from "./preflight/plan-sources.ts";
import type { PlannedParts } from "./stack-plan.ts";
import { withWorkFolder } from "./system/work-folder.ts";

/** Inputs of a search for what has moved upstream of a stack. */
export interface StackOutdatedArgs {
  readonly config: MorganConfig;
  readonly sources: PlanSources;
  readonly parts: PlannedParts;
  readonly engine: Pick<Engine, "registryDigest">;
}

/** Writes what has moved upstream of a stack, if the command line wants it. */
export function reportOutdated({ config, sources, parts, engine }: StackOutdatedArgs): void {
  const { outdatedFile, ownUv, environment } = config.machine;
  if (outdatedFile === "" || !pulumi.runtime.isDryRun()) return;
  const { manifest } = sources;
  const { base, builder, registry } = config.images;
  const stages = { ...sources.release?.stages?.after, ...Object.fromEntries(parts.stages) };
  const used = new Set(Object.values(manifest?.containers ?? {}).flatMap(({ images }) => images.slice(0, 1)));
  const refs = Object.fromEntries(Object.entries(manifest?.refs ?? {}).filter(([name]) => used.has(name)));
  const { registry: login, proxy, certificates, caBundle } = config.network;
  pulumi.all([buildSecrets(config.network), login?.password]).apply(([secrets, password]) =>
    withWorkFolder(tmpdir(), async (work) => {
      const network: PackageNetwork = {
        environment,
        uv: ownUv === "" ? "uv" : ownUv,
        builder,
        sources: packageSources(config.network),
        access: {
          caBundle,
          aptSources: secrets["apt-sources"] ?? "",
          aptAuth: secrets["apt-auth"] ?? "",
          proxy: proxy.url,
          noProxy: proxy.except.join(","),
        },
        certificates,
        secrets,
        registry:
          login === undefined || password === undefined
            ? undefined
            : { host: registryOf(registry).host, user: login.user, password },
        work,
      };
      const found = await findOutdated({
        stack: config.stack,
        stages,
        refs,
        upstream: base.kind === "registry" ? base.images : {},
        python: (versions) => newestReleases(versions, network),
        debian: (images) => upgradesIn(images, network),
        digest: (tag) => engine.registryDigest(tag),
      });
      writeFileSync(outdatedFile, JSON.stringify(found));
    }),
  );
}
