/** The ways in which a container engine can give a GPU to a container. */
export interface GpuSupport {
  /** CDI devices of kind nvidia.com/gpu by name ("0", "GPU-…"); undefined for an engine too old to list them. */
  readonly cdiDevices: readonly string[] | undefined;
  /** Folders in which the engine looks for CDI specifications; none if CDI is off. */
  readonly cdiFolders: readonly string[];
  /** Names of the engine's runtimes. */
  readonly runtimes: readonly string[];
}
