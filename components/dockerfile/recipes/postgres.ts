import { DATA_USER } from "../../catalog/image-contract.ts";
import { installDebianPackages } from "../install.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../instruction.ts";

/**
 * Makes the cluster at the first start, beside its place, and moves it there when it is whole: an interrupted first
 * start leaves nothing that the second one would take for a database.
 */
const ENTRYPOINT = `#!/bin/sh
set -eu
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  new="$PGDATA.new"
  rm -rf "$new"
  initdb --pgdata="$new" --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" \\
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
  echo "host all all all scram-sha-256" >>"$new/pg_hba.conf"
  echo "CREATE DATABASE \\"$POSTGRES_DB\\"" | postgres --single -D "$new" postgres
  mv "$new" "$PGDATA"
fi
exec "$@"
`;

/**
 * The just-in-time compiler and LLVM, 160 MB: it pays for queries of seconds, and the server does without where the
 * files are missing. Debian's package cannot be had without them.
 */
const COMPILER = [
  "/usr/lib/postgresql/15/lib/bitcode",
  "/usr/lib/postgresql/15/lib/llvmjit*",
  "/usr/lib/*/libLLVM-*",
  "/usr/lib/*/libz3.so*",
];

/** PostgreSQL from Debian's package, with the user, the variables and the command of the upstream image. */
export function postgresRecipe(sources: PackageSources): readonly Instruction[] {
  return [
    { kind: "from", image: "debian" },
    installDebianPackages(["postgresql-15"], sources, {
      before: ["useradd --system --uid 999 --user-group --home-dir /var/lib/postgresql postgres"],
      after: [
        "rm -rf /var/lib/postgresql/15",
        `rm -r ${COMPILER.join(" ")}`,
        "mkdir -p /var/lib/postgresql/data /var/run/postgresql",
        `chown -R ${DATA_USER} /var/lib/postgresql /var/run/postgresql`,
        "chmod 0700 /var/lib/postgresql/data",
      ],
    }),
    { kind: "env", values: { PATH: "/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin" } },
    { kind: "file", path: "/usr/local/bin/docker-entrypoint.sh", mode: "0755", content: ENTRYPOINT },
    // A fast shutdown: sessions are ended and the data is written, instead of waiting for every client.
    { kind: "stopsignal", signal: "SIGINT" },
    { kind: "user", user: DATA_USER },
    { kind: "entrypoint", command: ["/usr/local/bin/docker-entrypoint.sh"] },
    { kind: "cmd", command: ["postgres"] },
  ];
}
