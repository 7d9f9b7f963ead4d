import * as dockerBuild from "@pulumi/docker-build";

/**
 * Creates the provider of the builds. docker-build 0.0.22 records `DOCKER_HOST` as its input `host`. Another way to
 * the same engine would replace the provider, and with it every image. So the recorded value stays as it is. Builds do
 * not use it: with `exec`, buildx reads the environment. A stack made before had Pulumi's default provider, which
 * becomes this one.
 *
 * This provider alone gets the run's own folder for its temporary files; see startup/run-folder.ts. The names of the
 * variables are inputs of the provider, and the folder is none.
 */
export function createBuildProvider(): dockerBuild.Provider {
  return new dockerBuild.Provider(
    "docker-build",
    { host: "unix:///var/run/docker.sock" },
    { aliases: [{ name: "default_0_0_22" }], ignoreChanges: ["host"], envVarMappings: { MORGAN_TMPDIR: "TMPDIR" } },
  );
}
