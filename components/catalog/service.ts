import type { CudaVersion } from "./cuda-version.ts";
import type { DiskSize, Duration, Size } from "../lib/units.ts";

/** What the heavy work of a service runs on. */
export type Accelerator = "cpu" | "cuda";

/** A backing service of the stack: where state is kept. */
export type Backing = "redis" | "postgres";

/** A stage that services share: the dependencies of a service are installed on one of them. */
export type SharedStage = "base" | "cuda-deps" | "torch-deps";

/** Upper bounds of an image's size: what it may grow to before someone has to look. */
export interface SizeBudget {
  /** On the engine's disk, layers that it shares with others included. */
  readonly unpacked: DiskSize;
  /** In the registry. */
  readonly compressed: DiskSize;
}

/** The image and the resources of a service for one accelerator. */
export interface Variant {
  /**
   * Name of its requirements file, without folder and ending: "tts-cpu" is `requirements/tts-cpu.{in,txt}`. On a stage
   * that stands on CUDA there is one for each CUDA version: "tts" is `requirements/tts-12.4.{in,txt}` and so on.
   */
  readonly requirements: string;
  /** Debian packages that its image needs at run time, by name. */
  readonly packages: readonly string[];
  /** Environment that only this variant needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** Upper bound of its memory; the container is ended above it. */
  readonly memory: Size;
  /** How long it may take until it is ready; it loads its weights in that time. */
  readonly startLimit: Duration;
  /** Memory of a GPU that it fills at most, in MiB; 0 if it uses no GPU. A variant with a GPU takes its weights from a volume. */
  readonly vramMiB: number;
  /** The stage that its dependencies are installed on. */
  readonly baseStage: SharedStage;
  /**
   * How large its image may be; for each CUDA version where it stands on CUDA, whose wheels differ by gigabytes.
   * `morgan:sizeBudgets` says what happens to one that is larger.
   */
  readonly budget: SizeBudget | Readonly<Record<CudaVersion, SizeBudget>>;
}

/** One service of the stack, as data: everything that the image graph and the deployment know about it. */
export interface Service {
  /** What it does, in a few words; becomes the image's description. */
  readonly description: string;
  /** Port it listens on inside its container, and by which the others reach it at the gateway; 1024 to 65535. */
  readonly port: number;
  /** Whether the gateway's published port leads to it. One service of a stack is. */
  readonly published: boolean;
  /** Services that it calls, by name; each comes to it as `MORGAN_<NAME>_URL`. */
  readonly calls: readonly string[];
  /** Backing services that it uses; it gets the address and a file with the password of each. */
  readonly backing: readonly Backing[];
  /** Whether it asks the configured language model; it gets the endpoint, the model and a file with the key. */
  readonly languageModel: boolean;
  /** Its image and its resources for each accelerator. */
  readonly variants: Readonly<Record<Accelerator, Variant>>;
  /** Upper bound of its share of the processors, in cores. */
  readonly cpus: number;
}

/** The services of a stack by name; a name is a DNS label, since containers find each other by it. */
export type Catalog = Readonly<Record<string, Service>>;
