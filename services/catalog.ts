import type { Catalog, SizeBudget, Variant } from "../components/catalog/service.ts";

/** The resources of a variant that computes little, on the CPU. */
const SMALL = { memory: "512 MiB", startLimit: "60 s", vramMiB: 0 } as const;

/** A service whose work is the same on every accelerator. */
const everywhere = (requirements: string, budget: SizeBudget): Record<"cpu" | "cuda", Variant> => {
  const variant: Variant = { requirements, packages: [], environment: {}, baseStage: "base", ...SMALL, budget };
  return { cpu: variant, cuda: variant };
};

/** The services of the stack. CONTRIBUTING.md lists the steps that add a service. */
export const catalog = {
  core: {
    description: "Text and voice turns over the other services, with sessions and history",
    port: 8000,
    published: true,
    calls: ["vad", "stt", "llm", "tts"],
    backing: ["redis", "postgres"],
    languageModel: false,
    variants: everywhere("core", { unpacked: "195 MB", compressed: "60 MB" }),
    cpus: 1,
  },
  llm: {
    description: "OpenAI-compatible gateway to a language model",
    port: 8001,
    published: false,
    calls: [],
    backing: [],
    languageModel: true,
    variants: everywhere("llm", { unpacked: "175 MB", compressed: "55 MB" }),
    cpus: 1,
  },
  tts: {
    description: "Text to speech",
    port: 8002,
    published: false,
    calls: [],
    backing: [],
    languageModel: false,
    variants: {
      cpu: {
        requirements: "tts-cpu",
        packages: ["espeak-ng"],
        environment: { MORGAN_ENGINE: "espeak-ng" },
        baseStage: "base",
        ...SMALL,
        memory: "1 GiB",
        budget: { unpacked: "185 MB", compressed: "60 MB" },
      },
      cuda: {
        requirements: "tts",
        packages: [],
        environment: { MORGAN_ENGINE: "torch" },
        baseStage: "torch-deps",
        // torch and CUDA's context come to about 3 GiB before the first sentence.
        memory: "6 GiB",
        startLimit: "180 s",
        // A VITS model of 150 MB, its activations for a long sentence, and 500 MB of CUDA's context.
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
    description: "Speech to text",
    port: 8003,
    published: false,
    calls: [],
    backing: [],
    languageModel: false,
    variants: {
      cpu: {
        requirements: "stt-cpu",
        packages: [],
        environment: { MORGAN_ENGINE: "pocketsphinx" },
        baseStage: "base",
        ...SMALL,
        memory: "1 GiB",
        budget: { unpacked: "260 MB", compressed: "98 MB" },
      },
      cuda: {
        requirements: "stt",
        packages: [],
        environment: { MORGAN_ENGINE: "faster-whisper" },
        baseStage: "cuda-deps",
        memory: "6 GiB",
        startLimit: "180 s",
        // Whisper large-v3 in float16 with beams of 5: 4521 MB (faster-whisper, issue 1030).
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
    description: "Voice activity detection",
    port: 8004,
    published: false,
    calls: [],
    backing: [],
    languageModel: false,
    variants: everywhere("vad", { unpacked: "258 MB", compressed: "80 MB" }),
    cpus: 1,
  },
} as const satisfies Catalog;
