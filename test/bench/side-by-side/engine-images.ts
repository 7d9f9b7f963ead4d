import { docker } from "../../integration/support/engine.ts";

/** Removes the engine's images of one project of a registry; layers that other images share stay. */
export function removeImages(repository: string): void {
  const listed = docker(
    "image",
    "ls",
    "--all",
    "--no-trunc",
    "--format",
    "{{.Repository}}@{{.Digest}} {{.Repository}}:{{.Tag}}",
  );
  const names = listed
    .split("\n")
    .filter((line) => line.startsWith(`${repository}/`))
    .flatMap((line) => line.split(" ").filter((name) => !name.includes("<none>")));
  if (names.length > 0) docker("image", "rm", "--force", ...new Set(names));
}
