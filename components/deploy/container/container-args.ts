import type * as pulumi from "@pulumi/pulumi";
import type { GpuAssignment } from "./gpu.ts";
import type { Rollout } from "../../catalog/rollout.ts";
import type { Duration, Size } from "../../lib/units.ts";
import type { Files } from "./files.ts";
import type { Joined } from "./networks.ts";
import type { StackContext } from "./stack-context.ts";

/** Inputs of the plan of a container. */
export interface PlannedInputs {
  /** Name of its image in the image graph. */
  readonly image: string;
  /** Inputs that are in no other place, by name, whose change replaces it. Default: none. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Inputs that it takes over while it runs, by name. Default: none. */
  readonly reloads?: Readonly<Record<string, string>>;
}

/** Inputs of a container. Everything else is the same for all containers of a stack. */
export interface ContainerArgs {
  /** Ref of the image, or its name in the engine. */
  readonly image: pulumi.Input<string>;
  /** Numeric user and group; never root. */
  readonly user: `${number}:${number}`;
  readonly plan: PlannedInputs;
  readonly stack: Pick<StackContext, "identity" | "processors" | "engine" | "manifests">;
  /** Networks that it joins; none for the engine's default network. */
  readonly networks: readonly Joined[];
  /** Names that it resolves to the engine's host, as Docker 20.10 and newer know it. Default: none. */
  readonly engineHostNames?: readonly string[];
  /** Command that runs in the container and succeeds if it is healthy. */
  readonly healthCommand: readonly string[];
  /** Time within which it has to become healthy. */
  readonly startLimit: Duration;
  /** Time within which it has to end after the stop signal. The engine then kills it. */
  readonly stopLimit: Duration;
  /** Largest memory, without swap. */
  readonly memory: Size;
  /** Upper bound of its CPU time, in cores. An engine with fewer processors gives it all of them. */
  readonly cpus: number;
  readonly rollout: Rollout;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Configuration and secrets, as files. */
  readonly files?: Files;
  /** Named volumes, by the path in the container. */
  readonly volumes?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Named volumes that are mounted read-only, by the path in the container. */
  readonly readOnlyVolumes?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Folders of the engine's host that are mounted read-only, by the path in the container. */
  readonly folders?: Readonly<Record<string, string>>;
  /** The GPU that it gets. Default: none. */
  readonly gpu?: GpuAssignment | undefined;
  /** Resources that have to be ready before the container is created or replaced. */
  readonly after?: readonly pulumi.Resource[];
  /** Writable folders in memory, 64 MiB each. */
  readonly scratch?: readonly string[];
  /** Published port: `external` on the host's `address`, `internal` in the container. */
  readonly publish?: { readonly address: string; readonly external: number; readonly internal: number };
}
