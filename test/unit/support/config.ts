import type { MorganConfig } from "../../../components/config/config.ts";
import type { Engine, ListedContainer } from "../../../components/engine/engine.ts";
import { UPSTREAM_IMAGES, type DebianSource, type RegistrySource } from "../../../components/config/image-source.ts";
import type { NetworkProfile, PackageSources } from "../../../components/network/profile.ts";
import { catalog } from "../../../services/catalog.ts";

export const DEBIAN: DebianSource = { kind: "debian", revision: "2026-01-01", mirror: "", cache: "/var/cache/morgan" };
export const UPSTREAM: RegistrySource = { kind: "registry", images: UPSTREAM_IMAGES };

/** No package source of a company's own, and every one. */
export const PUBLIC: PackageSources = {
  aptMirror: false,
  aptLogin: false,
  pypiIndex: false,
  pypiExtraIndex: false,
  pypiLogin: "none",
  certificates: false,
};
export const PRIVATE: PackageSources = { ...PUBLIC, aptMirror: true, pypiIndex: true, certificates: true };
export const LOGGED_IN: PackageSources = { ...PRIVATE, aptLogin: true, pypiExtraIndex: true, pypiLogin: "both" };

/** The public network. */
export const NO_PROFILE: NetworkProfile = {
  registry: undefined,
  pypi: { index: "", extraIndex: "", login: undefined },
  apt: { mirror: "", login: undefined },
  proxy: { url: "", except: [] },
  certificates: "",
};

/** The configuration of a stack that runs on a processor, with a registry of its own, all five services and no secret. */
export function stackConfig(changes: Partial<MorganConfig> = {}): MorganConfig {
  return {
    stack: "dev",
    fullName: "organization/morgan/dev",
    catalog,
    accelerator: "cpu",
    cudaVersion: "12.4",
    gpu: { use: "off", mode: "cdi", devices: [], cards: {} },
    models: { services: {}, offline: false },
    services: Object.keys(catalog),
    gateway: { address: "127.0.0.1", port: 8080 },
    access: { certificate: "", key: "", bodyLimit: 10_485_760, rateLimit: 0 },
    registry: { kind: "local", port: 5101 },
    promoteFrom: "",
    release: "",
    builder: "default",
    source: DEBIAN,
    protectData: false,
    minReady: "0 s",
    passwordRevision: "",
    sizeBudgets: "warn",
    caBundle: "",
    network: NO_PROFILE,
    llm: { endpoint: "", model: "" },
    llmApiKey: undefined,
    apiToken: undefined,
    tls: undefined,
    uv: "uv",
    dockerHost: "",
    ...changes,
  };
}

/** How an engine lists these containers. */
export function listing(containers: readonly ListedContainer[]): Engine["containers"] {
  return ({ labels = {}, publishedPorts = [] }) =>
    Promise.resolve(
      containers.filter(
        (container) =>
          Object.entries(labels).every(([name, value]) => container.labels[name] === value) &&
          (publishedPorts.length === 0 || publishedPorts.some((port) => container.publishedPorts.includes(port))),
      ),
    );
}

/** An engine in which everything is healthy and nothing runs. */
export function fakeEngine(changes: Partial<Engine> = {}): Engine {
  return {
    version: () => Promise.resolve("28.5.2"),
    containers: () => Promise.resolve([]),
    gpuSupport: () => Promise.resolve({ cdiDevices: [], cdiFolders: ["/etc/cdi", "/var/run/cdi"], runtimes: ["runc"] }),
    health: () => Promise.resolve("healthy"),
    imageSize: () => Promise.resolve({ compressed: 1_000_000, unpacked: 2_500_000 }),
    login: () => Promise.resolve(undefined),
    pull: () => Promise.resolve(),
    run: () => Promise.reject(new Error("nothing can be run")),
    exec: () => Promise.reject(new Error("nothing can be run")),
    ...changes,
  };
}
