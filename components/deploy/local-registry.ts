import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { REGISTRY_DATA, REGISTRY_PORT, REGISTRY_USER, WRITER_DIGEST, WRITER_GUARD } from "../catalog/image-contract.ts";
import { createPassword } from "./backing/password.ts";
import { createContainer } from "./container/container.ts";
import type { StackContext } from "./container/stack-context.ts";
import { createVolume } from "./container/volume.ts";

/** Inputs of a LocalRegistry. */
export interface LocalRegistryArgs {
  /** Name of the image in the engine. */
  readonly image: pulumi.Input<string>;
  readonly stack: Pick<
    StackContext,
    "identity" | "adoptedVolumes" | "processors" | "protectData" | "engine" | "manifests"
  >;
  /**
   * Port of the host's loopback address. Docker 26 and newer use plain HTTP for a registry on loopback, and for no
   * other.
   */
  readonly port: number;
}

/** The user of the stack's builds. */
interface WriterLogin {
  readonly user: string;
  readonly password: pulumi.Output<string>;
}

/** The registry that a stack runs for itself if no other registry is configured. Only the stack's builds write to it. */
export class LocalRegistry extends pulumi.ComponentResource {
  /** Resources that have to exist before a push. */
  readonly ready: readonly pulumi.Resource[];
  /** Login for pushes. Reads need none. */
  readonly login: WriterLogin;
  /** Id of the registry's container. */
  readonly container: pulumi.Output<string>;

  constructor(name: string, args: LocalRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("morgan:deploy:LocalRegistry", name, { port: args.port }, opts);
    const password = createPassword(this, `${name}-password`, { passwordRevision: "", protectData: false });
    this.login = { user: "morgan", password };
    const container = createContainer(this, name, {
      plan: { image: "registry" },
      image: args.image,
      user: REGISTRY_USER,
      stack: args.stack,
      networks: [],
      volumes: { [REGISTRY_DATA]: createVolume(this, `${name}-data`, args.stack, args.stack.protectData) },
      command: [WRITER_GUARD],
      // Every user of the engine can read the variable. The password is random, so nobody can find it from its digest.
      environment: { [WRITER_DIGEST]: writerDigest(this.login) },
      healthCommand: ["/bin/bash", "-c", HEALTH],
      startLimit: "30 s",
      stopLimit: "10 s",
      memory: "512 MiB",
      cpus: 2,
      publish: { address: "127.0.0.1", external: args.port, internal: REGISTRY_PORT },
      rollout: "stop-first",
    });
    this.ready = [container.resource];
    this.container = container.id;
    this.registerOutputs({ container: this.container });
  }
}

/** Returns what the guard compares: the digest of the header that a client with the login sends. */
function writerDigest({ user, password }: WriterLogin): pulumi.Output<string> {
  return password.apply((text) => {
    const header = `Basic ${Buffer.from(`${user}:${text}`).toString("base64")}`;
    return createHash("sha256").update(header).digest("hex").toUpperCase();
  });
}

/** A request through the guard, so that the registry behind it has to answer too. */
const HEALTH =
  `exec 3<>/dev/tcp/127.0.0.1/${String(REGISTRY_PORT)} && printf 'GET /v2/ HTTP/1.0\\r\\n\\r\\n' >&3 && ` +
  "read -r status <&3 && [[ $status == *' 200 '* ]]";
