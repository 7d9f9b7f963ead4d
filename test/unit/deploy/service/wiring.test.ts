import { expect } from "chai";
import { environmentOf, type Compute, secretsOf, type Wiring } from "../../../../components/deploy/service/wiring.ts";
import { catalog } from "../../../../services/catalog.ts";

const redis = { url: "redis://redis:6379/0", password: "redis secret" };
const postgres = { url: "postgresql://morgan@postgres:5432/morgan", password: "database secret" };
const PROCESSOR: Compute = { onCard: false, model: undefined, offline: false };
const wiring: Wiring = {
  catalog,
  accelerator: "cpu",
  redis,
  postgres,
  llm: { endpoint: "https://llm.example.com/v1", model: "small", apiKey: "key secret" },
  bodyLimit: 1000,
};
/** What every service is told. */
const COMMON = { MORGAN_MAX_BODY_BYTES: "1000" };

describe("the wiring of a service", () => {
  it("leads every call over the gateway, which knows who is healthy", () => {
    expect(environmentOf(catalog.core, wiring, PROCESSOR)).to.include({
      MORGAN_LLM_URL: "http://gateway:8001",
      MORGAN_TTS_URL: "http://gateway:8002",
      MORGAN_STT_URL: "http://gateway:8003",
      MORGAN_VAD_URL: "http://gateway:8004",
    });
  });

  it("names the backing services that are used, and the file of each password", () => {
    expect(environmentOf(catalog.core, wiring, PROCESSOR)).to.include({
      MORGAN_REDIS_URL: redis.url,
      MORGAN_REDIS_PASSWORD_FILE: "/run/secrets/redis-password",
      MORGAN_DATABASE_URL: postgres.url,
      MORGAN_DATABASE_PASSWORD_FILE: "/run/secrets/database-password",
    });
    expect(secretsOf(catalog.core, wiring)).to.deep.equal({
      "redis-password": redis.password,
      "database-password": postgres.password,
    });
  });

  it("gives the language model's endpoint, model and key's file to the service that asks it, and to no other", () => {
    expect(environmentOf(catalog.llm, wiring, PROCESSOR)).to.deep.equal({
      ...COMMON,
      MORGAN_LLM_ENDPOINT: "https://llm.example.com/v1",
      MORGAN_LLM_MODEL: "small",
      MORGAN_LLM_API_KEY_FILE: "/run/secrets/llm-api-key",
    });
    expect(secretsOf(catalog.llm, wiring)).to.deep.equal({ "llm-api-key": "key secret" });
    for (const name of ["core", "tts", "stt", "vad"] as const) {
      expect(Object.keys(environmentOf(catalog[name], wiring, PROCESSOR))).not.to.include.members([
        "MORGAN_LLM_ENDPOINT",
      ]);
      expect(secretsOf(catalog[name], wiring)).not.to.have.property("llm-api-key");
    }
  });

  it("says nothing of a language model where none is configured", () => {
    const none = { ...wiring, llm: { endpoint: "", model: "", apiKey: undefined } };
    expect(environmentOf(catalog.llm, none, PROCESSOR)).to.deep.equal(COMMON);
    expect(secretsOf(catalog.llm, none)).to.deep.equal({});
  });

  it("tells a service which engine does its work on the stack's accelerator", () => {
    expect(environmentOf(catalog.tts, wiring, PROCESSOR)).to.deep.equal({ ...COMMON, MORGAN_ENGINE: "espeak-ng" });
    const cuda: Wiring = { ...wiring, accelerator: "cuda" };
    expect(environmentOf(catalog.tts, cuda, PROCESSOR)).to.include({ MORGAN_ENGINE: "torch" });
    expect(environmentOf(catalog.stt, cuda, PROCESSOR)).to.include({ MORGAN_ENGINE: "faster-whisper" });
    expect(environmentOf(catalog.vad, cuda, { ...PROCESSOR, onCard: true })).to.deep.equal(COMMON);
  });

  it("tells a service that can use a card what it computes on, and where its weights come from", () => {
    const cuda: Wiring = { ...wiring, accelerator: "cuda" };
    const place = { ...COMMON, MORGAN_ENGINE: "faster-whisper", MORGAN_MODEL_DIR: "/models" };
    expect(environmentOf(catalog.stt, cuda, PROCESSOR)).to.deep.equal({ ...place, MORGAN_DEVICE: "cpu" });
    const folder = { onCard: true, model: { kind: "folder", path: "/srv/whisper" }, offline: false } as const;
    expect(environmentOf(catalog.stt, cuda, folder)).to.deep.equal({ ...place, MORGAN_DEVICE: "cuda" });
    const hub = { onCard: true, model: { kind: "hub", id: "org/name@v1" }, offline: true } as const;
    expect(environmentOf(catalog.stt, cuda, hub)).to.deep.equal({
      ...place,
      MORGAN_DEVICE: "cuda",
      MORGAN_MODEL: "org/name@v1",
      MORGAN_MODEL_OFFLINE: "true",
    });
    const mirror = { ...hub, offline: false, model: { ...hub.model, endpoint: "https://hub.example.com" } };
    expect(environmentOf(catalog.stt, cuda, mirror)).to.include({ HF_ENDPOINT: "https://hub.example.com" });
  });

  it("puts no password and no key into an environment, which everyone who may ask the engine can read", () => {
    for (const service of Object.values(catalog)) {
      expect(JSON.stringify(environmentOf(service, wiring, PROCESSOR))).not.to.contain('secret"');
    }
  });
});
