import { expect } from "chai";
import {
  engineHostNames,
  environmentOf,
  type Compute,
  secretsOf,
  type Wiring,
} from "../../../../components/deploy/service/wiring.ts";
import { stackService, stackServices } from "../../support/config.ts";

const redis = { url: "redis://redis:6379/0", password: "redis secret" };
const postgres = { url: "postgresql://morgan@postgres:5432/morgan", password: "database secret" };
const ON_CPU: Compute = { onGpu: false, model: undefined, offline: false };
const CUDA = { accelerator: "cuda" } as const;
const wiring: Wiring = {
  redis,
  postgres,
  llm: { endpoint: "https://llm.example.com/v1", model: "small", apiKey: "key secret" },
  bodyLimit: 1000,
  openApi: false,
  history: { days: 30, size: 5_000_000, sessionTurns: 20, sessionSize: 2_000_000 },
};
/** The part of the environment that every service gets. */
const COMMON = { MORGAN_MAX_BODY_BYTES: "1000" };

describe("the wiring of a service", () => {
  it("leads every call over the gateway, which checks the health of all containers", () => {
    expect(environmentOf(stackService("core"), wiring, ON_CPU)).to.include({
      MORGAN_LLM_URL: "http://gateway:8001",
      MORGAN_TTS_URL: "http://gateway:8002",
      MORGAN_STT_URL: "http://gateway:8003",
      MORGAN_VAD_URL: "http://gateway:8004",
    });
  });

  it("names the backing services that the service uses, and the file of each password", () => {
    expect(environmentOf(stackService("core"), wiring, ON_CPU)).to.include({
      MORGAN_REDIS_URL: redis.url,
      MORGAN_REDIS_PASSWORD_FILE: "/run/secrets/redis-password",
      MORGAN_DATABASE_URL: postgres.url,
      MORGAN_DATABASE_PASSWORD_FILE: "/run/secrets/database-password",
    });
    expect(secretsOf(stackService("core"), wiring, ON_CPU)).to.deep.equal({
      "redis-password": redis.password,
      "database-password": postgres.password,
    });
  });

  it("gives the limits of the history to the service that keeps it, and to no other", () => {
    expect(environmentOf(stackService("core"), wiring, ON_CPU)).to.include({
      MORGAN_HISTORY_DAYS: "30",
      MORGAN_HISTORY_SIZE: "5000000",
      MORGAN_HISTORY_SESSION_TURNS: "20",
      MORGAN_HISTORY_SESSION_SIZE: "2000000",
    });
    expect(environmentOf(stackService("vad"), wiring, ON_CPU)).to.deep.equal(COMMON);
  });

  it("lets a service describe its routes only if the configuration says so", () => {
    expect(environmentOf(stackService("vad"), wiring, ON_CPU)).not.to.have.property("MORGAN_OPENAPI");
    expect(environmentOf(stackService("vad"), { ...wiring, openApi: true }, ON_CPU)).to.include({
      MORGAN_OPENAPI: "true",
    });
  });

  it("gives the language model's endpoint, model and key file to the service that calls the model", () => {
    expect(environmentOf(stackService("llm"), wiring, ON_CPU)).to.deep.equal({
      ...COMMON,
      MORGAN_LLM_ENDPOINT: "https://llm.example.com/v1",
      MORGAN_LLM_MODEL: "small",
      MORGAN_LLM_API_KEY_FILE: "/run/secrets/llm-api-key",
    });
    expect(secretsOf(stackService("llm"), wiring, ON_CPU)).to.deep.equal({ "llm-api-key": "key secret" });
  });

  it("resolves the engine's host for a service that is to reach it by its name, and for no other", () => {
    const local = { ...wiring, llm: { ...wiring.llm, endpoint: "http://host.docker.internal:11434/v1" } };
    expect(engineHostNames(stackService("llm"), local, ON_CPU)).to.deep.equal(["host.docker.internal"]);
    expect(engineHostNames(stackService("vad"), local, ON_CPU)).to.deep.equal([]);
    for (const endpoint of ["", "https://llm.example.com/host.docker.internal"]) {
      const other = { ...wiring, llm: { ...wiring.llm, endpoint } };
      expect(engineHostNames(stackService("llm"), other, ON_CPU)).to.deep.equal([]);
    }
    const model = { kind: "hub", id: "a/b", endpoint: "http://host.docker.internal:8081" } as const;
    expect(engineHostNames(stackService("stt", CUDA), wiring, { ...ON_CPU, model })).to.have.length(1);
    expect(engineHostNames(stackService("stt"), wiring, { ...ON_CPU, model })).to.deep.equal([]);
  });

  for (const name of ["core", "tts", "stt", "vad"] as const) {
    it(`gives ${name} neither endpoint nor key of the language model`, () => {
      expect(environmentOf(stackService(name), wiring, ON_CPU)).not.to.have.property("MORGAN_LLM_ENDPOINT");
      expect(secretsOf(stackService(name), wiring, ON_CPU)).not.to.have.property("llm-api-key");
    });
  }

  it("names no language model if none is configured", () => {
    const none = { ...wiring, llm: { endpoint: "", model: "", apiKey: undefined } };
    expect(environmentOf(stackService("llm"), none, ON_CPU)).to.deep.equal(COMMON);
    expect(secretsOf(stackService("llm"), none, ON_CPU)).to.deep.equal({});
  });

  it("names the speech engine for the stack's accelerator", () => {
    expect(environmentOf(stackService("tts"), wiring, ON_CPU)).to.deep.equal({
      ...COMMON,
      MORGAN_ENGINE: "espeak-ng",
    });
    expect(environmentOf(stackService("tts", CUDA), wiring, ON_CPU)).to.include({ MORGAN_ENGINE: "torch" });
    expect(environmentOf(stackService("stt", CUDA), wiring, ON_CPU)).to.include({ MORGAN_ENGINE: "faster-whisper" });
    expect(environmentOf(stackService("vad", CUDA), wiring, { ...ON_CPU, onGpu: true })).to.deep.equal(COMMON);
  });

  it("names the device and the source of the weights for a service that can use a GPU", () => {
    const place = { ...COMMON, MORGAN_ENGINE: "faster-whisper", MORGAN_MODEL_DIR: "/models" };
    expect(environmentOf(stackService("stt", CUDA), wiring, ON_CPU)).to.deep.equal({
      ...place,
      MORGAN_DEVICE: "cpu",
    });
    const folder = { onGpu: true, model: { kind: "folder", path: "/srv/whisper" }, offline: false } as const;
    expect(environmentOf(stackService("stt", CUDA), wiring, folder)).to.deep.equal({ ...place, MORGAN_DEVICE: "cuda" });
    const hub = { onGpu: true, model: { kind: "hub", id: "org/name@v1" }, offline: true } as const;
    expect(environmentOf(stackService("stt", CUDA), wiring, hub)).to.deep.equal({
      ...place,
      MORGAN_DEVICE: "cuda",
      MORGAN_MODEL: "org/name@v1",
      MORGAN_MODEL_OFFLINE: "true",
    });
    const mirror = { ...hub, offline: false, model: { ...hub.model, endpoint: "https://hub.example.com" } };
    expect(environmentOf(stackService("stt", CUDA), wiring, mirror)).to.include({
      HF_ENDPOINT: "https://hub.example.com",
    });
  });

  it("gives the token of the model hub, as a file, to a service that may download its weights", () => {
    const stt = stackService("stt", CUDA);
    const hub = { onGpu: true, model: { kind: "hub", id: "org/name" }, offline: false, token: "token secret" } as const;
    expect(environmentOf(stt, wiring, hub)).to.include({ MORGAN_MODEL_TOKEN_FILE: "/run/secrets/model-token" });
    expect(JSON.stringify(environmentOf(stt, wiring, hub))).not.to.contain("token secret");
    expect(secretsOf(stt, wiring, hub)).to.deep.equal({ "model-token": "token secret" });
    const folder = { ...hub, model: { kind: "folder", path: "/srv/whisper" } } as const;
    for (const [service, compute] of [
      [stt, { ...hub, offline: true }],
      [stt, { ...hub, model: undefined }],
      [stt, folder],
      [stackService("stt"), hub],
      [stackService("vad", CUDA), hub],
    ] as const) {
      expect(environmentOf(service, wiring, compute)).not.to.have.property("MORGAN_MODEL_TOKEN_FILE");
      expect(secretsOf(service, wiring, compute)).to.deep.equal({});
    }
  });

  for (const service of stackServices()) {
    it(`puts no password and no key into the environment of ${service.name}, which the engine shows`, () => {
      expect(JSON.stringify(environmentOf(service, wiring, ON_CPU))).not.to.contain('secret"');
    });
  }
});
