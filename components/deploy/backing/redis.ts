import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { DATA_USER } from "../../catalog/image-contract.ts";
import type { BackingServiceArgs } from "./backing-service.ts";
import { createContainer, type CreatedContainer } from "../container/container.ts";
import { shortDigest } from "../../lib/short-digest.ts";
import { createPassword } from "./password.ts";
import { createVolume } from "../container/volume.ts";

const SECRETS = "/run/secrets";

/** Redis for sessions, with its data on a volume. */
export class Redis extends pulumi.ComponentResource {
  /** URL without the password: "redis://redis:6379/0". */
  readonly url: string;
  /** Password. Secret. */
  readonly password: pulumi.Output<string>;
  /** Redis' container. */
  readonly container: CreatedContainer;

  constructor(name: string, args: BackingServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:deploy:Redis", name, {}, opts);
    this.password = pulumi.secret(createPassword(this, `${name}-password`, args.stack));
    const container = createContainer(this, name, {
      plan: { image: "redis", settings: { "redis.conf": shortDigest(CONFIG + COMMANDS.join(" ")) } },
      image: args.ref,
      user: DATA_USER,
      stack: args.stack,
      networks: args.networks,
      command: ["redis-server", `${SECRETS}/redis.conf`],
      files: {
        image: args.stack.filesImage,
        contents: { [`${SECRETS}/redis.conf`]: this.password.apply((password) => CONFIG + userOf(password)) },
      },
      volumes: { "/data": createVolume(this, `${name}-data`, args.stack, args.stack.protectData) },
      // The probe needs no password: Redis 7 answers NOAUTH without one, and is healthy then.
      healthCommand: ["/bin/sh", "-c", "redis-cli -h 127.0.0.1 ping | grep -Eq 'PONG|NOAUTH'"],
      startLimit: "30 s",
      stopLimit: "10 s",
      memory: "256 MiB",
      cpus: 1,
      rollout: "stop-first",
    });
    this.container = container;
    this.url = `redis://${name}:6379/0`;
    this.registerOutputs({ url: this.url, password: this.password, container: container.id });
  }
}

/**
 * The commands that services use. A service that uses another command needs it here. Redis always allows AUTH and
 * HELLO, by which a client logs in.
 */
const COMMANDS = ["ping", "lrange", "rpush", "ltrim", "expire", "multi", "exec", "discard"];

/** The one user of the services. It reaches their keys, `morgan:…`, with these commands and no other. */
function userOf(password: string): string {
  const hash = createHash("sha256").update(password).digest("hex");
  return `user default on #${hash} ~morgan:* -@all ${COMMANDS.map((command) => `+${command}`).join(" ")}\n`;
}

/**
 * A crash loses at most the last second of changes. If memory is full, the session that was used longest ago is
 * removed.
 */
const CONFIG = `bind 0.0.0.0
dir /data
appendonly yes
appendfsync everysec
maxmemory 128mb
maxmemory-policy volatile-lru
`;
