import type { Plan } from "./plan.ts";

/** True if an `up` changes an image or a container, as far as the plan knows. */
export function changes({ images, containers, comparedWith }: Plan): boolean {
  return (
    comparedWith === "no manifest" ||
    images.some(({ action }) => action !== "cached") ||
    containers.some(({ action }) => action !== "untouched")
  );
}
