import * as pulumi from "@pulumi/pulumi";
import { DATA_USER } from "../../catalog/image-contract.ts";
import type { BackingServiceArgs } from "./backing-service.ts";
import { createContainer, type CreatedContainer } from "../container/container.ts";
import { createPassword } from "./password.ts";
import { ADMIN, HBA, IDENT, ROLE } from "./postgres-roles.ts";
import { setRolePassword } from "./role-password.ts";
import { createVolume } from "../container/volume.ts";

const DATA = "/var/lib/postgresql/data";
const FILES = {
  password: "/run/secrets/password",
  hba: "/run/secrets/pg_hba.conf",
  ident: "/run/secrets/pg_ident.conf",
};

/** PostgreSQL for the history, with its data on a volume. */
export class Postgres extends pulumi.ComponentResource {
  /** URL without the password: "postgresql://morgan@postgres:5432/morgan". */
  readonly url: string;
  /** Password of the role `morgan`, available when the database accepts it. Secret. */
  readonly password: pulumi.Output<string>;
  /** PostgreSQL's container. */
  readonly container: CreatedContainer;

  constructor(name: string, args: BackingServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:deploy:Postgres", name, {}, opts);
    const password = pulumi.secret(createPassword(this, `${name}-password`, args.stack));
    const settings = [
      "listen_addresses=*",
      "shared_buffers=64MB",
      `hba_file=${FILES.hba}`,
      `ident_file=${FILES.ident}`,
    ];
    const container = createContainer(this, name, {
      plan: { image: "postgres" },
      image: args.ref,
      user: DATA_USER,
      stack: args.stack,
      networks: args.networks,
      command: ["postgres", ...settings.flatMap((setting) => ["-c", setting])],
      environment: {
        POSTGRES_USER: ADMIN,
        POSTGRES_DB: ROLE,
        POSTGRES_PASSWORD_FILE: FILES.password,
        PGDATA: `${DATA}/cluster`,
      },
      files: {
        image: args.stack.filesImage,
        contents: { [FILES.password]: password, [FILES.hba]: HBA, [FILES.ident]: IDENT },
      },
      volumes: { [DATA]: createVolume(this, `${name}-data`, args.stack, args.stack.protectData) },
      scratch: ["/tmp", "/var/run/postgresql"],
      // Over TCP: while the upstream image of PostgreSQL 15 makes the cluster, its server answers on the socket only.
      healthCommand: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", ROLE],
      startLimit: "60 s",
      stopLimit: "30 s",
      memory: "512 MiB",
      cpus: 1,
      rollout: "stop-first",
    });
    this.container = container;
    this.url = `postgresql://${ROLE}@${name}:5432/${ROLE}`;
    this.password = setRolePassword(this, `${name}-role`, { container: container.id, password });
    this.registerOutputs({ url: this.url, password: this.password, container: container.id });
  }
}
