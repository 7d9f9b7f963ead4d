import type { CudaVersion } from "./cuda-version.ts";
import type { DiskSize, Duration, Size } from "../lib/units.ts";

/** The hardware on which a service does its heavy work. */
export type Accelerator = "cpu" | "cuda";

/** A backing service of the stack. */
export type Backing = "redis" | "postgres";

/** A stage that services share. The dependencies of a service are installed on one of these stages. */
export type SharedStage = "base" | "cuda-deps" | "torch-deps";

/** The largest size that an image may have. */
export interface SizeBudget {
  /** Size on the engine's disk, layers that it shares with other images included. */
  readonly unpacked: DiskSize;
  /** Size in the registry. */
  readonly compressed: DiskSize;
}

/** The image and the resources of a service for one accelerator. */
export interface Variant {
  /**
   * Name of its requirements file, without folder and ending: "tts-cpu" is `requirements/tts-cpu.{in,txt}`. On a CUDA
   * stage there is a file for each CUDA version: "tts" is `requirements/tts-12.4.{in,txt}` and so on.
   */
  readonly requirements: string;
  /** Debian packages that its image needs at run time, by name. */
  readonly packages: readonly string[];
  /** Environment variables that only this variant needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** Limit of its memory. The engine kills a container that needs more. */
  readonly memory: Size;
  /** Longest time until it is ready, in which it also loads its weights. */
  readonly startLimit: Duration;
  /** GPU memory that it fills at most, in MiB; 0 if it uses no GPU. With a GPU, it reads its weights from a volume. */
  readonly vramMiB: number;
  /** The stage on which its dependencies are installed. */
  readonly baseStage: SharedStage;
  /**
   * Size budget of its image. On a CUDA stage there is one for each CUDA version, because their wheels differ by
   * gigabytes. `morgan:sizeBudgets` decides the effect of a larger image.
   */
  readonly budget: SizeBudget | Readonly<Record<CudaVersion, SizeBudget>>;
}

/** One service of the stack, as data for the image graph and the deployment. */
export interface Service {
  /** Its purpose in a few words, which becomes the description of its image. */
  readonly description: string;
  /** Port on which it listens in its container and on which other services reach it at the gateway; 1024 to 65535. */
  readonly port: number;
  /** True if the gateway's published port leads to it. Exactly one service of a stack is published. */
  readonly published: boolean;
  /** Names of services that it calls. It gets the URL of each as `MORGAN_<NAME>_URL`. */
  readonly calls: readonly string[];
  /** Backing services that it uses; it gets the address and a file with the password of each. */
  readonly backing: readonly Backing[];
  /** True if it calls the configured language model. It gets the endpoint, the model and a file with the key. */
  readonly languageModel: boolean;
  /** Its image and its resources for each accelerator. */
  readonly variants: Readonly<Record<Accelerator, Variant>>;
  /** Limit of its CPU use, in cores. */
  readonly cpus: number;
}

/** The services of a stack by name. A name is a DNS label, because containers find each other by it. */
export type Catalog = Readonly<Record<string, Service>>;
