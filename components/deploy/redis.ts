import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { createContainer } from "./container.ts";
import { stackLabels } from "./labels.ts";
import { createPassword } from "./password.ts";

/** Inputs of Redis. */
export interface RedisArgs {
  readonly image: pulumi.Input<string>;
  /** Image of the holder of its files. */
  readonly filesImage: pulumi.Input<string>;
  /** Name of the stack, for labels. */
  readonly stack: string;
  /** Name of the network on which it is found as `redis`. */
  readonly network: pulumi.Input<string>;
  /** Whether the data is protected from deletion. */
  readonly protectData: boolean;
}

const SECRETS = "/run/secrets";

/** Redis for sessions, with its data on a volume. */
export class Redis extends pulumi.ComponentResource {
  /** Address without the password: "redis://redis:6379/0". Known when the container is healthy. */
  readonly url: pulumi.Output<string>;
  /** Password; secret. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:deploy:Redis", name, {}, opts);
    this.password = pulumi.secret(createPassword(this, `${name}-password`));
    const data = new docker.Volume(`${name}-data`, {}, { parent: this, protect: args.protectData });
    const container = createContainer(this, name, {
      image: args.image,
      user: "999:999",
      labels: stackLabels(args.stack, name),
      network: { name: args.network, alias: name },
      command: ["redis-server", `${SECRETS}/redis.conf`],
      files: {
        image: args.filesImage,
        contents: { [`${SECRETS}/redis.conf`]: pulumi.interpolate`${CONFIG}requirepass ${this.password}\n` },
      },
      volumes: { "/data": data.name },
      // An answer that asks for the password is an answer; the probe needs none then.
      healthCommand: ["/bin/sh", "-c", "redis-cli -h 127.0.0.1 ping | grep -Eq 'PONG|NOAUTH'"],
      startLimit: "30 s",
      stopLimit: "10 s",
      memory: "256 MiB",
      cpus: 1,
      rollout: "stop-first",
    });
    this.url = container.id.apply(() => `redis://${name}:6379/0`);
    this.registerOutputs({ url: this.url, password: this.password });
  }
}

/** Sessions survive a restart within a second of their last change, and the oldest go first when memory is full. */
const CONFIG = `bind 0.0.0.0
dir /data
appendonly yes
appendfsync everysec
maxmemory 128mb
maxmemory-policy volatile-lru
`;
