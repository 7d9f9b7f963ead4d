import type * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../../engine/engine.ts";

/** Facts about a stack that its containers, volumes and passwords need. */
export interface StackContext {
  /** Name of the stack, for labels. */
  readonly name: string;
  /**
   * Image of the files containers. It changes less often than other images, so files containers are seldom replaced.
   */
  readonly filesImage: pulumi.Input<string>;
  /** True if volumes and passwords are protected from deletion. */
  readonly protectData: boolean;
  /** Name of the passwords of the backing services. Another revision creates new passwords. */
  readonly passwordRevision: string;
  /** Processors of the engine. It refuses a container that wants more of them. */
  readonly processors: number;
  /** Reports whether the container of a state is still there. */
  readonly engine: Pick<Engine, "inspect">;
}
