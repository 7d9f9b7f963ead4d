import type { DiskSize, Size } from "./units.ts";

/** What the heavy work of a service runs on. */
export type Accelerator = "cpu" | "cuda";

/** A backing service of the stack: where state is kept. */
export type Backing = "redis" | "postgres";

/** Upper bounds of an image's size: what it may grow to before someone has to look. */
export interface SizeBudget {
  /** On the engine's disk, layers that it shares with others included. */
  readonly unpacked: DiskSize;
  /** In the registry. */
  readonly compressed: DiskSize;
}

/** How a service takes part in one accelerator. */
export interface Engine {
  /** Name of its requirements file, without folder and ending: "tts-cpu" is `requirements/tts-cpu.{in,txt}`. */
  readonly requirements: string;
  /** Debian packages that its image needs at run time, by name. */
  readonly packages: readonly string[];
  /** Environment that only this engine needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** The stage that its dependencies are installed on. */
  readonly parent: "base" | "cuda-deps";
  /** How large its image may be. `morgan:sizeBudgets` says what happens to one that is larger. */
  readonly budget: SizeBudget;
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
  /** What it takes for each accelerator. */
  readonly engines: Readonly<Record<Accelerator, Engine>>;
  /** Upper bound of its memory; the container is ended above it. */
  readonly memory: Size;
  /** Upper bound of its share of the processors, in cores. */
  readonly cpus: number;
}

/** The services of a stack by name; a name is a DNS label, since containers find each other by it. */
export type Catalog = Readonly<Record<string, Service>>;
