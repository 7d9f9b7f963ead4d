import { checkConfig, type CheckedConfig, type MorganConfig } from "../../../components/config/config.ts";
import type { Machine } from "../../../components/config/machine.ts";
import type { ConfigSources, Values } from "../../../components/config/sources.ts";
import type { InspectedContainer, ListedContainer } from "../../../components/engine/containers.ts";
import type { StackIdentity } from "../../../components/deploy/container/stack-context.ts";
import { connectEngine, type Engine } from "../../../components/engine/engine.ts";
import type { EngineFacts } from "../../../components/engine/facts.ts";
import { UPSTREAM_IMAGES, type DebianPackages, type UpstreamImages } from "../../../components/config/base-images.ts";
import type { NetworkProfile, PackageSources } from "../../../components/network/profile.ts";
import { selectServices, type Selection, type StackService } from "../../../components/catalog/select.ts";
import type { Catalog } from "../../../components/catalog/service.ts";
import { testCatalog } from "./catalog.ts";

export const DEBIAN: DebianPackages = {
  kind: "debian",
  revision: "2026-01-01",
  sources: "",
};
export const UPSTREAM: UpstreamImages = { kind: "registry", images: UPSTREAM_IMAGES };

const ID = "0f0e0d0c-0000-4000-8000-000000000001";

/** The identity of the stack dev, as its resources get it. */
export const IDENTITY: StackIdentity = {
  stack: "dev",
  id: ID,
  legacy: false,
  label: ID,
};

/** No package source of a company's own, and every one. */
export const PUBLIC: PackageSources = {
  aptMirror: false,
  aptLogin: false,
  pypiIndex: false,
  pypiExtraIndex: false,
  pypiLogin: "none",
};
export const PRIVATE: PackageSources = { ...PUBLIC, aptMirror: true, pypiIndex: true };
export const LOGGED_IN: PackageSources = { ...PRIVATE, aptLogin: true, pypiExtraIndex: true, pypiLogin: "both" };

/** The public network. */
export const NO_PROFILE: NetworkProfile = {
  registry: undefined,
  pypi: { index: "", extraIndex: "", login: undefined },
  apt: { mirror: "", security: "", login: undefined },
  proxy: { url: "", except: [] },
  certificates: "",
  caBundle: "",
};

/** The sections of a configuration whose members are changed one by one. */
type Section = "engine" | "gateway" | "images" | "release" | "data" | "llm" | "machine";

/** Changes of a configuration. Services are given by their names in a catalog, by default the tests' own. */
export type ConfigChanges = Partial<Omit<MorganConfig, Section | "services">> & {
  readonly [S in Section]?: Partial<MorganConfig[S]>;
} & { readonly services?: readonly string[]; readonly catalog?: Catalog };

/** Returns services of a catalog as a stack has them. The default is all services of the tests' catalog, on the CPU. */
export function stackServices({
  catalog = testCatalog,
  ...selection
}: Partial<Selection> & { catalog?: Catalog } = {}): readonly StackService[] {
  return selectServices(catalog, {
    services: Object.keys(catalog),
    accelerator: "cpu",
    cudaVersion: "12.4",
    ...selection,
  });
}

/** Returns one service of the tests' catalog as a stack has it. */
export function stackService(name: keyof typeof testCatalog, selection: Partial<Selection> = {}): StackService {
  const [service] = stackServices({ ...selection, services: [name] });
  if (service === undefined) throw new Error(`no service ${name}`);
  return service;
}

/** The configuration of a stack that runs on the CPU, with a registry of its own, all services and no secret. */
export function stackConfig({ services, catalog = testCatalog, ...changes }: ConfigChanges = {}): MorganConfig {
  const {
    accelerator = "cpu",
    cudaVersion = "12.4",
    engine,
    gateway,
    images,
    release,
    data,
    llm,
    machine,
    ...others
  } = changes;
  return {
    stack: "dev",
    fullName: "organization/morgan/dev",
    accelerator,
    cudaVersion,
    gpu: { use: "off", mode: "cdi", devices: [], memoryMiB: {} },
    models: { services: {}, offline: false },
    services: stackServices({ catalog, services: services ?? Object.keys(catalog), accelerator, cudaVersion }),
    engine: {
      host: "unix:///var/run/docker.sock",
      certificates: "",
      wanted: "",
      userSettings: "/home/ada/.config",
      ...engine,
    },
    gateway: {
      address: "127.0.0.1",
      name: "",
      port: 8080,
      tls: undefined,
      token: undefined,
      bodyLimit: 10_485_760,
      rateLimit: 0,
      openApi: false,
      ...gateway,
    },
    images: {
      registry: { kind: "local", port: 5101 },
      builder: "default",
      base: DEBIAN,
      sizeBudgets: "warn",
      ...images,
    },
    release: { promoteFrom: "", promoteUncommitted: false, pinned: "", minReady: "0 s", ...release },
    history: { days: 365, size: 2_147_483_648, sessionTurns: 1000, sessionSize: 8_388_608 },
    data: { protect: false, passwordRevision: "", adoptedVolumes: {}, ...data },
    network: NO_PROFILE,
    llm: { endpoint: "", model: "", apiKey: undefined, ...llm },
    machine: { ...MACHINE, ...machine },
    ...others,
  };
}

/** A machine on which set-up found Debian's packages. */
export const MACHINE: Machine = {
  platform: "linux-x64",
  baseImages: "debian",
  cache: "/var/cache/morgan",
  uv: "uv",
  temporary: "",
  planFile: "",
  outdatedFile: "",
  environment: {},
  ownUv: "",
  planAll: false,
  withoutMachine: false,
  pulumi: "",
};

/** Checks a configuration of plain texts. It has no secret and no file unless `sources` has some. */
export function checkTexts(
  values: Values,
  { catalog = testCatalog, machine = MACHINE, ...sources }: Partial<ConfigSources> & CheckTextsOptions = {},
): CheckedConfig {
  const all: ConfigSources = {
    values,
    secret: () => undefined,
    isEncrypted: () => true,
    readText: () => undefined,
    hostCertificates: () => "",
    keys: () => [],
    env: {},
    ...sources,
  };
  return checkConfig({ stack: "dev", fullName: "organization/morgan/dev" }, all, catalog, machine);
}

interface CheckTextsOptions {
  readonly catalog?: Catalog;
  readonly machine?: Machine;
}

/** True if a thing has all of these labels. */
export function matches(has: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => has[name] === value);
}

/** Lists these containers as an engine does. */
export function listing(containers: readonly ListedContainer[]): Engine["containers"] {
  return ({ labels = {}, publishedPorts = [] }) =>
    Promise.resolve(
      containers.filter(
        (container) =>
          matches(container.labels, labels) &&
          (publishedPorts.length === 0 || container.published.some(({ port }) => publishedPorts.includes(port))),
      ),
    );
}

/** Facts about an engine that can do everything. */
export const FACTS: EngineFacts = {
  id: "e1",
  name: "box",
  version: "28.5.2",
  architecture: "amd64",
  processors: 4,
  isRootless: false,
};

/** The engine at an address without certificates. */
export function engineAt(host: string): Engine {
  return connectEngine({ host, certificates: "" });
}

const HEALTHY: InspectedContainer = {
  id: "",
  name: "morgan-dev-any",
  status: "running",
  health: "healthy",
  lastProbe: "",
  createdAt: "2026-01-01T12:00:00Z",
  startedAt: "2026-01-01T12:00:00Z",
  exitCode: 0,
  restarts: 0,
  labels: {},
};

/** An engine that lists nothing, and in which every container that is named is healthy. */
export function fakeEngine(changes: Partial<Engine> = {}): Engine {
  return {
    facts: () => Promise.resolve(FACTS),
    clock: () => Promise.resolve(new Date()),
    containers: () => Promise.resolve([]),
    gpuSupport: () => Promise.resolve({ cdiDevices: [], cdiFolders: ["/etc/cdi", "/var/run/cdi"], runtimes: ["runc"] }),
    health: () => Promise.resolve("healthy"),
    imageSize: () => Promise.resolve({ compressed: 1_000_000, unpacked: 2_500_000 }),
    login: () => Promise.resolve(undefined),
    registryDigest: () => Promise.resolve(undefined),
    pull: () => Promise.resolve(),
    run: () => Promise.reject(new Error("nothing can be run")),
    exec: () => Promise.reject(new Error("nothing can be run")),
    inspect: (id) => Promise.resolve({ ...HEALTHY, id }),
    logs: () => Promise.resolve(""),
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    limitProcesses: () => Promise.resolve(),
    watchContainers: () => () => undefined,
    images: () => Promise.resolve([]),
    hasImage: () => Promise.resolve(true),
    imageId: () => Promise.resolve(undefined),
    networks: () => Promise.resolve([]),
    volumes: () => Promise.resolve([]),
    mountedVolumes: () => Promise.resolve([]),
    remove: () => Promise.resolve(),
    ...changes,
  };
}
