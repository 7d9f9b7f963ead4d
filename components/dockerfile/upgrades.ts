import type { PackageSources } from "../network/profile.ts";
import { simulateUpgrade } from "./install.ts";
import { renderDockerfile } from "./render.ts";

/** Path of apt's answer in each stage. */
const ANSWER = "/morgan-upgrades";

/**
 * Returns the Dockerfile of a build that changes no image: its result has a file for each image, by the names of the
 * images, with what apt would upgrade there. The lists of packages are read once, in the first image.
 */
export function upgradesDockerfile(refs: readonly (readonly [string, string])[], sources: PackageSources): string {
  const first = refs[0]?.[0] ?? "";
  const stages = refs.map(([name, ref]) =>
    renderDockerfile([
      { kind: "from", image: `${ref} AS ${name}` },
      { kind: "user", user: "0" },
      simulateUpgrade(ANSWER, sources, name === first ? undefined : { stage: first, file: ANSWER }),
    ]),
  );
  const answers = refs.map(([name]) => `COPY --from=${name} ${ANSWER} /${name}\n`);
  return [...stages, "FROM scratch\n", ...answers].join("");
}
