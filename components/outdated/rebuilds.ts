import type { StackManifest } from "../plan/manifest.ts";

type Stages = StackManifest["stages"];

/** Returns some images and all that are built on them, in the order of the image graph. */
export function rebuiltBy(images: readonly string[], stages: Stages): string[] {
  const found = new Set(images);
  let before = -1;
  while (found.size > before) {
    before = found.size;
    for (const [name, { parents }] of Object.entries(stages))
      if (Object.values(parents).some((parent) => found.has(parent))) found.add(name);
  }
  return [...Object.keys(stages), ...images].filter(
    (name, index, all) => found.has(name) && all.indexOf(name) === index,
  );
}

/** Returns the images without parents that an image is built on; itself, if it has none. Mounted tools are none. */
export function rootsOf(image: string, stages: Stages, below: readonly string[] = []): string[] {
  const stage = Object.hasOwn(stages, image) ? stages[image] : undefined;
  const parents = Object.entries(stage?.parents ?? {}).flatMap(([alias, parent]) =>
    alias === "tools" || below.includes(parent) ? [] : [parent],
  );
  if (parents.length === 0) return [image];
  return [...new Set(parents.flatMap((parent) => rootsOf(parent, stages, [...below, image])))];
}
