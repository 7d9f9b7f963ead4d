import type { Stage } from "./definitions.ts";

/** Where a tool finds and leaves things. */
export interface Places {
  /** "host:port/project" that images are pushed to. */
  readonly repository: string;
  /** Folder of the definition's own files, absolute: `contexts/<stage>`, `secrets/<id>`. */
  readonly folder: string;
}

/** Exporting layers as the program does, and a cache beside each image. */
const LAYERS = "oci-mediatypes=true,compression=zstd,compression-level=3";

/**
 * The stages as a file for `docker buildx bake`: one target a stage, a stage that another one stands on as a named
 * context of it, images and caches exported as the program has them exported.
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

/** Marks that a bake file would take for the start of an expression are written twice. */
function escape(value: object): object {
  return JSON.parse(JSON.stringify(value).replace(/[$%]\{/g, (mark) => `${mark.slice(0, 1)}${mark}`)) as object;
}

function mapValues<A, B>(values: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
