import { docker, lines } from "../../integration/support/engine.ts";

/** Removes the images of one project of a registry from the engine. Layers that other images share stay. */
export function removeImages(repository: string): void {
  const listed = docker(
    "image",
    "ls",
    "--all",
    "--no-trunc",
    "--format",
    "{{.Repository}}@{{.Digest}} {{.Repository}}:{{.Tag}}",
  );
  const names = lines(listed)
    .filter((line) => line.startsWith(`${repository}/`))
    .flatMap((line) => line.split(" ").filter((name) => !name.includes("<none>")));
  if (names.length > 0) docker("image", "rm", "--force", ...new Set(names));
}
