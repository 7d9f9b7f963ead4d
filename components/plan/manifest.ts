/**
 * What a stage's image was built from. The stack's outputs keep it, so that any machine can say why the next build
 * differs. It contains no secret and no file's content.
 */
export interface StageManifest {
  /** Names of the images that it is built on or that its build mounts, by their names in the Dockerfile. */
  readonly parents: Readonly<Record<string, string>>;
  /** Digest of each file in its build context, 12 digits, by path in the project. A lock file is not among them. */
  readonly files: Readonly<Record<string, string>>;
  /** Lock file that it installs, as "requirements/tts-cpu.txt"; absent if it installs none. */
  readonly lockFile?: string;
  /** Digest of the lock file, 12 digits: comments and hashes of wheels count too. */
  readonly lock?: string;
  /** Versions in the lock file, by package. */
  readonly packages: Readonly<Record<string, string>>;
  /** Debian packages that it installs by name. */
  readonly debian: readonly string[];
  /** Its instructions, each as its first words and a digest of the whole. */
  readonly instructions: readonly string[];
  /** Build arguments and labels that are part of the image, by name. */
  readonly arguments: Readonly<Record<string, string>>;
}

/** What a container was made with. */
export interface ContainerManifest {
  /** Names of the images in the image graph whose change replaces it: its own, and that of the container with its files. */
  readonly images: readonly string[];
  readonly way: Way;
  /** Values by the names of inputs: "memory", "environment MORGAN_LLM_MODEL". A file or a secret has no value here. */
  readonly settings: Readonly<Record<string, string>>;
  /** Inputs that a running container takes over without a replacement. */
  readonly reloads: Readonly<Record<string, string>>;
}

/** How a container is replaced: the new one is ready before the old one ends, or after. */
export type Way = "create-first" | "stop-first";

/** What a stack was made of at its last `up`, as a stack output. */
export interface StackManifest {
  readonly version: 1;
  /** Row of the CUDA compatibility table: "12.8"; empty for a stack without CUDA. */
  readonly cuda: string;
  /** Stages and service images, by name, in the order of the image graph. Empty for a stack that promotes. */
  readonly stages: Readonly<Record<string, StageManifest>>;
  /** Ref of each image with its digest, by name. */
  readonly refs: Readonly<Record<string, string>>;
  readonly containers: Readonly<Record<string, ContainerManifest>>;
  /** Repository of the stack's own images: "host/project/images". */
  readonly repository: string;
  /** Name of the generated passwords; see the key passwordRevision. */
  readonly passwordRevision: string;
  /** The stages of the other releases that the stack keeps, by release: only those that differ; null for none. */
  readonly releases: Readonly<Record<string, Readonly<Record<string, StageManifest | null>>>>;
}
