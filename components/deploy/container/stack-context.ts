import type * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../../engine/engine.ts";
import type { ContainerManifest } from "../../plan/manifest.ts";
import type { Identity } from "../../engine/identity.ts";

/** The identity of a stack, as its resources need it. */
export interface StackIdentity extends Identity {
  /** The id of the state, for labels; unknown in the preview of a new state. */
  readonly label: pulumi.Input<string>;
}

/** Facts about a stack that its containers, volumes and passwords need. */
export interface StackContext {
  readonly identity: StackIdentity;
  /**
   * Image of the files containers. It changes less often than other images, so files containers are seldom replaced.
   */
  readonly filesImage: pulumi.Input<string>;
  /** True if volumes and passwords are protected from deletion. */
  readonly protectData: boolean;
  /** Name of the passwords of the backing services. Another revision creates new passwords. */
  readonly passwordRevision: string;
  /** Names of volumes in the engine that the stack takes over, by logical name; see `config/data.ts`. */
  readonly adoptedVolumes: Readonly<Record<string, string>>;
  /** Processors of the engine. It refuses a container that wants more of them. */
  readonly processors: number;
  /** Manifest of each container, by name, in the order in which they start. Every container adds itself. */
  readonly manifests: Map<string, ContainerManifest>;
  /** Reports whether the container of a state is still there. */
  readonly engine: Pick<Engine, "inspect">;
}
