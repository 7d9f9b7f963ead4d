import * as pulumi from "@pulumi/pulumi";
import type { BackingServiceArgs } from "./backing-service.ts";
import { createContainer } from "./container.ts";
import { createPassword } from "./password.ts";
import { createVolume } from "./volume.ts";

const PASSWORD_FILE = "/run/secrets/password";
const DATA = "/var/lib/postgresql/data";

/** PostgreSQL for the history, with its data on a volume. */
export class Postgres extends pulumi.ComponentResource {
  /** Address without the password: "postgresql://morgan@postgres:5432/morgan". Known when the container is healthy. */
  readonly url: pulumi.Output<string>;
  /** Password of the user `morgan`; secret. */
  readonly password: pulumi.Output<string>;
  /** Id of its container. */
  readonly container: pulumi.Output<string>;

  constructor(name: string, args: BackingServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:deploy:Postgres", name, {}, opts);
    this.password = pulumi.secret(createPassword(this, `${name}-password`, args.protectData));
    const container = createContainer(this, name, {
      image: args.image,
      user: "999:999",
      stack: args.stack,
      networks: args.networks,
      command: ["postgres", "-c", "listen_addresses=*", "-c", "shared_buffers=64MB"],
      environment: {
        POSTGRES_USER: "morgan",
        POSTGRES_DB: "morgan",
        POSTGRES_PASSWORD_FILE: PASSWORD_FILE,
        PGDATA: `${DATA}/cluster`,
      },
      files: { image: args.filesImage, contents: { [PASSWORD_FILE]: this.password } },
      volumes: { [DATA]: createVolume(this, `${name}-data`, args.protectData) },
      scratch: ["/tmp", "/var/run/postgresql"],
      // Over TCP: while the cluster is being made, the server of the upstream image answers on its socket alone.
      healthCommand: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "morgan"],
      startLimit: "60 s",
      stopLimit: "30 s",
      memory: "512 MiB",
      cpus: 1,
      rollout: "stop-first",
    });
    this.url = container.id.apply(() => `postgresql://morgan@${name}:5432/morgan`);
    this.container = container.id;
    this.registerOutputs({ url: this.url, password: this.password, container: this.container });
  }
}
