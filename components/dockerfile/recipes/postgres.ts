import { DATA_USER } from "../../catalog/image-contract.ts";
import { installDebianPackages } from "../install.ts";
import type { PackageSources } from "../../network/profile.ts";
import type { Instruction } from "../instruction.ts";

/**
 * Makes the cluster at the first start, in a folder beside its final one, and moves it when it is complete. After an
 * interrupted first start, the second start finds no half-made cluster.
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
 * The just-in-time compiler and LLVM, which Debian's package contains. The compiler helps only queries that take
 * seconds. PostgreSQL 15 works without it if the files are missing.
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
    // PostgreSQL 15 then ends the sessions and writes its data, instead of waiting for every client (fast shutdown).
    { kind: "stopsignal", signal: "SIGINT" },
    { kind: "user", user: DATA_USER },
    { kind: "entrypoint", command: ["/usr/local/bin/docker-entrypoint.sh"] },
    { kind: "cmd", command: ["postgres"] },
  ];
}
