import type { Catalog, Service, Variant } from "../../../components/catalog/service.ts";

/** A variant that computes little, on the CPU. */
export const small = (requirements: string): Variant => ({
  requirements,
  packages: [],
  environment: {},
  baseStage: "base",
  memory: "512 MiB",
  startLimit: "60 s",
  vramMiB: 0,
  budget: { unpacked: "300 MB", compressed: "100 MB" },
});

/** A variant that loads weights into a GPU. */
const large = { packages: [], memory: "6 GiB", startLimit: "180 s" } as const;

/** Members of a service that calls no other service and keeps no state. */
const alone = { published: false, calls: [], backing: [], languageModel: false } as const;

/** Variants of a service whose work is the same on every accelerator. */
const everywhere = (requirements: string): Record<"cpu" | "cuda", Variant> => ({
  cpu: small(requirements),
  cuda: small(requirements),
});

/** Returns a service that computes little, calls no other service and keeps no state. */
export function smallService(name: string, port: number): Service {
  return { ...alone, description: `The service ${name}`, port, variants: everywhere(name), cpus: 1 };
}

/**
 * The catalog of the tests that are about the program. These tests and the golden files depend on its names, ports and
 * limits. So they do not change with the services that the project ships.
 */
export const testCatalog = {
  core: {
    ...alone,
    description: "Turns over the other services",
    port: 8000,
    published: true,
    calls: ["vad", "stt", "llm", "tts"],
    backing: ["redis", "postgres"],
    variants: everywhere("core"),
    cpus: 1,
  },
  llm: {
    ...alone,
    description: "Gateway to a language model",
    port: 8001,
    languageModel: true,
    variants: everywhere("llm"),
    cpus: 1,
  },
  tts: {
    ...alone,
    description: "Text to speech",
    port: 8002,
    variants: {
      cpu: {
        ...small("tts-cpu"),
        packages: ["espeak-ng"],
        environment: { MORGAN_ENGINE: "espeak-ng" },
        memory: "1 GiB",
      },
      cuda: {
        ...large,
        requirements: "tts",
        environment: { MORGAN_ENGINE: "torch" },
        baseStage: "torch-deps",
        vramMiB: 2048,
        budget: {
          "12.4": { unpacked: "4.9 GB", compressed: "2.3 GB" },
          "12.8": { unpacked: "6.2 GB", compressed: "3.1 GB" },
        },
      },
    },
    cpus: 2,
  },
  stt: {
    ...alone,
    description: "Speech to text",
    port: 8003,
    variants: {
      cpu: { ...small("stt-cpu"), environment: { MORGAN_ENGINE: "pocketsphinx" }, memory: "1 GiB" },
      cuda: {
        ...large,
        requirements: "stt",
        environment: { MORGAN_ENGINE: "faster-whisper" },
        baseStage: "cuda-deps",
        vramMiB: 5120,
        budget: {
          "12.4": { unpacked: "1.1 GB", compressed: "460 MB" },
          "12.8": { unpacked: "1.45 GB", compressed: "700 MB" },
        },
      },
    },
    cpus: 2,
  },
  vad: {
    ...alone,
    description: "Voice activity detection",
    port: 8004,
    variants: everywhere("vad"),
    cpus: 1,
  },
} as const satisfies Catalog;
