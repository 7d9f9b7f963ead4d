import type { Catalog, Engine, SizeBudget } from "../components/service.ts";

/** A service whose work is the same on every accelerator. */
const everywhere = (requirements: string, budget: SizeBudget): Record<"cpu" | "cuda", Engine> => {
  const engine: Engine = { requirements, packages: [], environment: {}, parent: "base", budget };
  return { cpu: engine, cuda: engine };
};

/** The five services. A sixth is one entry here, one file in requirements/ and one folder beside this file. */
export const catalog = {
  core: {
    description: "Text and voice turns over the other services, with sessions and history",
    port: 8000,
    published: true,
    calls: ["vad", "stt", "llm", "tts"],
    backing: ["redis", "postgres"],
    languageModel: false,
    engines: everywhere("core", { unpacked: "250 MB", compressed: "85 MB" }),
    memory: "512 MiB",
    cpus: 1,
  },
  llm: {
    description: "OpenAI-compatible gateway to a language model",
    port: 8001,
    published: false,
    calls: [],
    backing: [],
    languageModel: true,
    engines: everywhere("llm", { unpacked: "230 MB", compressed: "80 MB" }),
    memory: "512 MiB",
    cpus: 1,
  },
  tts: {
    description: "Text to speech",
    port: 8002,
    published: false,
    calls: [],
    backing: [],
    languageModel: false,
    engines: {
      cpu: {
        requirements: "tts-cpu",
        packages: ["espeak-ng"],
        environment: { MORGAN_ENGINE: "espeak-ng" },
        parent: "base",
        budget: { unpacked: "300 MB", compressed: "100 MB" },
      },
      cuda: {
        requirements: "tts",
        packages: [],
        environment: { MORGAN_ENGINE: "torch" },
        parent: "cuda-deps",
        budget: { unpacked: "5.0 GB", compressed: "2.5 GB" },
      },
    },
    memory: "1 GiB",
    cpus: 2,
  },
  stt: {
    description: "Speech to text",
    port: 8003,
    published: false,
    calls: [],
    backing: [],
    languageModel: false,
    engines: {
      cpu: {
        requirements: "stt-cpu",
        packages: [],
        environment: { MORGAN_ENGINE: "pocketsphinx" },
        parent: "base",
        budget: { unpacked: "390 MB", compressed: "140 MB" },
      },
      cuda: {
        requirements: "stt",
        packages: [],
        environment: { MORGAN_ENGINE: "faster-whisper" },
        parent: "cuda-deps",
        budget: { unpacked: "2.2 GB", compressed: "1.3 GB" },
      },
    },
    memory: "1 GiB",
    cpus: 2,
  },
  vad: {
    description: "Voice activity detection",
    port: 8004,
    published: false,
    calls: [],
    backing: [],
    languageModel: false,
    engines: everywhere("vad", { unpacked: "330 MB", compressed: "130 MB" }),
    memory: "512 MiB",
    cpus: 1,
  },
} as const satisfies Catalog;
