import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { docker } from "./engine.ts";
import { freePort } from "./project.ts";

/** A database server of a test. */
export interface TestPostgres {
  /** URL with user, password and database. */
  readonly url: string;
  /** Id of its container. */
  readonly id: string;
  readonly password: string;
  /** Removes the server and what it held. */
  close(): void;
}

const DATA = "/data";
const START = [
  'echo "$PASSWORD" >/tmp/password',
  'echo "$HBA" >/tmp/hba',
  'echo "$IDENT" >/tmp/ident',
  "exec /usr/local/bin/docker-entrypoint.sh postgres -c listen_addresses=* $SETTINGS",
].join("; ");
const READY = "for i in $(seq 600); do pg_isready -q -h 127.0.0.1 && exit; sleep 0.1; done; exit 1";

/** The superuser, which is the name of the database too, and rules for connections instead of the image's own. */
export interface TestPostgresArgs {
  readonly name?: string;
  readonly access?: { readonly hba: string; readonly ident: string };
}

/** Starts PostgreSQL from an image, on a port of the loopback and with its data in memory. */
export async function startPostgres(
  image: string,
  { name = "pulumi", access }: TestPostgresArgs = {},
): Promise<TestPostgres> {
  const password = randomBytes(16).toString("hex");
  const port = String(await freePort());
  const variables = {
    PASSWORD: password,
    HBA: access?.hba ?? "",
    IDENT: access?.ident ?? "",
    SETTINGS: access === undefined ? "" : "-c hba_file=/tmp/hba -c ident_file=/tmp/ident",
    POSTGRES_PASSWORD_FILE: "/tmp/password",
    POSTGRES_USER: name,
    POSTGRES_DB: name,
    PGDATA: `${DATA}/cluster`,
  };
  const options = [
    ...["--publish", `127.0.0.1:${port}:5432`, "--tmpfs", `${DATA}:mode=1777`],
    ...Object.entries(variables).flatMap(([variable, value]) => ["--env", `${variable}=${value}`]),
  ];
  const id = docker("run", "--detach", ...options, "--entrypoint", "sh", image, "-c", START).trim();
  const close = (): void => void docker("rm", "--force", "--volumes", id);
  try {
    docker("exec", id, "sh", "-c", READY);
  } catch (error) {
    const { stdout, stderr } = spawnSync("docker", ["logs", id], { encoding: "utf8" });
    close();
    throw new Error(`PostgreSQL did not start: ${stdout}${stderr}`, { cause: error });
  }
  return { url: `postgres://${name}:${password}@127.0.0.1:${port}/${name}?sslmode=disable`, id, password, close };
}
