/** The variables that a run needs besides those it inherits; what the user has set wins. */
export declare function environment(options: {
  /** The folder of Pulumi.yaml, absolute. */
  readonly root: string;
  /** What is set already. Default: the environment of this process. */
  readonly env?: NodeJS.ProcessEnv;
}): Record<string, string>;

/** Whether the user chose where Pulumi keeps state. */
export declare function hasOwnBackend(env: NodeJS.ProcessEnv): boolean;

/** Whether the user chose the passphrase that encrypts secrets. */
export declare function hasOwnPassphrase(env: NodeJS.ProcessEnv): boolean;
