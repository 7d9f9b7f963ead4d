import type { Stage } from "./definitions.ts";

/** The places from which a tool reads, and to which it pushes. */
export interface Places {
  /** "host:port/project" that images are pushed to. */
  readonly repository: string;
  /** The absolute path of the folder of the definition's files: `contexts/<stage>`, `secrets/<id>`. */
  readonly folder: string;
}

/** Options for layers, as the program exports them. */
const LAYERS = "oci-mediatypes=true,compression=zstd,compression-level=3";

/**
 * Returns the stages as a file for `docker buildx bake`, with one target for each stage. The stage on which a target is
 * built is a named context. Images and caches are exported as in the program.
 */
export function bakeFile(stages: readonly Stage[], { repository, folder }: Places): object {
  return escape({
    group: { default: { targets: stages.map(({ name }) => name) } },
    target: Object.fromEntries(
      stages.map((stage) => {
        const image = `${repository}/${stage.name}`;
        return [
          stage.name,
          {
            context: `${folder}/contexts/${stage.name}`,
            "dockerfile-inline": stage.dockerfile,
            contexts: {
              ...mapValues(stage.stages, (name) => `target:${name}`),
              ...mapValues(stage.images, (reference) => `docker-image://${reference}`),
            },
            args: stage.buildArgs,
            labels: stage.labels,
            secret: Object.keys(stage.secrets).map((id) => `id=${id},src=${folder}/secrets/${id}`),
            tags: [`${image}:latest`],
            "cache-from": [`type=registry,ref=${image}:cache`],
            "cache-to": [`type=registry,ref=${image}:cache,mode=min,image-manifest=true,${LAYERS}`],
            output: [`type=image,push=true,store=${stage.runs},${LAYERS},force-compression=true`],
          },
        ];
      }),
    ),
  });
}

/** Doubles the marks that begin an expression in a bake file. */
function escape(value: object): object {
  return JSON.parse(JSON.stringify(value).replace(/[$%]\{/g, (mark) => `${mark.slice(0, 1)}${mark}`)) as object;
}

function mapValues<A, B>(values: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
