import { isIPv4 } from "node:net";
import { readAccess, type Access } from "./gateway.ts";
import { configReader, type ConfigReader, type Values } from "./reader.ts";
import type { Problem } from "../lib/errors.ts";
import { CUDA_VERSIONS, type CudaVersion } from "../catalog/cuda-version.ts";
import { readGpuConfig, type GpuConfig } from "./gpu.ts";
import { UPSTREAM_IMAGES, type ImageSource, type UpstreamImage } from "./image-source.ts";
import { readModels, type Models } from "./models.ts";
import { readNetwork, type NetworkValues } from "./network.ts";
import { isPinned, parseRegistry, type RegistryConfig } from "../lib/image-reference.ts";
import type { Accelerator, Catalog } from "../catalog/service.ts";
import type { Duration } from "../lib/units.ts";

/** What is found on the machine and not in the configuration. */
export interface MachineFacts {
  /** Where the first images come from, as set-up found it reachable. */
  readonly baseImages: "debian" | "registry";
  /** Folder for what is kept between runs and can be made again. */
  readonly cache: string;
}

/** The part of the configuration that is plain text, checked. */
export interface ConfigValues {
  readonly accelerator: Accelerator;
  /** CUDA version of the wheels that the CUDA stages install. */
  readonly cudaVersion: CudaVersion;
  readonly gpu: GpuConfig;
  readonly models: Models;
  /** Services to build and run, in the order of the catalog. */
  readonly services: readonly string[];
  readonly gateway: { readonly address: string; readonly port: number };
  readonly access: Access;
  readonly registry: RegistryConfig;
  /** The stack whose release this one runs, by its name or as "organization/project/stack"; empty for one that builds. */
  readonly promoteFrom: string;
  /** Id of the release to run instead of the newest; empty for that. */
  readonly release: string;
  readonly builder: string;
  readonly source: ImageSource;
  readonly protectData: boolean;
  /** How long new containers have to stay ready before the old ones go. */
  readonly minReady: Duration;
  /** Names the passwords of the backing services: another revision is other passwords. */
  readonly passwordRevision: string;
  /** What becomes of an image that is over its budget: it is not deployed, or there is a warning. */
  readonly sizeBudgets: "enforce" | "warn";
  /** Path of a PEM bundle; empty for the host's own store. */
  readonly caBundle: string;
  readonly network: NetworkValues;
  readonly llm: { readonly endpoint: string; readonly model: string };
}

/** Checks every value; returns all problems at once, and values in which a wrong one is replaced by a harmless one. */
export function parseValues(
  values: Values,
  catalog: Catalog,
  machine: MachineFacts,
): { readonly values: ConfigValues; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const reader = configReader(values, problems);
  const { wrong, choice, boolean, duration, port, url, text } = reader;
  const registryText = values("registry") ?? "local";
  const remote = registryText === "local" ? undefined : parseRegistry(registryText);
  if (registryText !== "local" && remote === undefined) {
    wrong("registry", '"local" or "host[:port]/project"', `"${registryText}"`);
  }
  const address = values("gatewayAddress") ?? "127.0.0.1";
  if (!isIPv4(address)) wrong("gatewayAddress", "an IPv4 address", `"${address}"`);
  const gatewayPort = port("gatewayPort");
  const registry =
    remote === undefined
      ? { kind: "local" as const, port: port("registryPort") }
      : { kind: "remote" as const, ...remote };
  if (registry.kind === "local" && registry.port !== 0 && registry.port === gatewayPort) {
    wrong("registryPort", "another port than gatewayPort", String(gatewayPort));
  }
  const network = readNetwork(reader, remote === undefined);
  const accelerator = choice("accelerator", ["cpu", "cuda"], "cpu");
  return {
    values: {
      accelerator,
      cudaVersion: choice("cudaVersion", CUDA_VERSIONS, "12.4"),
      gpu: readGpuConfig(reader, accelerator),
      models: readModels(reader, catalog),
      services: chosenServices(reader, catalog),
      gateway: { address, port: gatewayPort },
      access: readAccess(reader),
      registry,
      promoteFrom: stackName(reader),
      release: text("release"),
      builder: values("builder") ?? "default",
      source: imageSource(
        choice("baseImages", ["", "debian", "registry"], "") || machine.baseImages,
        { revision: text("baseRevision"), mirror: network.apt.mirror, cache: machine.cache },
        upstreamImages(reader),
      ),
      protectData: boolean("protectData"),
      minReady: duration("minReady", "0 s"),
      passwordRevision: text("passwordRevision"),
      sizeBudgets: choice("sizeBudgets", ["enforce", "warn"], "warn"),
      caBundle: text("caBundle"),
      network,
      llm: { endpoint: url("llmEndpoint"), model: text("llmModel") },
    },
    problems,
  };
}

function stackName({ text, wrong }: ConfigReader): string {
  const name = text("promoteFrom");
  const isName = /^(?:[\w.-]+\/[\w.-]+\/)?[\w.-]+$/.test(name);
  if (name !== "" && !isName) wrong("promoteFrom", '"stack" or "organization/project/stack"', `"${name}"`);
  return isName ? name : "";
}

function chosenServices({ list, wrong }: ConfigReader, catalog: Catalog): string[] {
  const all = Object.keys(catalog);
  const names = list("services", "names");
  if (names.length === 0) return all;
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) wrong("services", `names out of ${all.join(", ")}`, JSON.stringify(unknown));
  const chosen = all.filter((name) => names.includes(name));
  for (const name of chosen) {
    const missing = (catalog[name]?.calls ?? []).filter((called) => !chosen.includes(called));
    if (missing.length > 0) wrong("services", `what ${name} calls: ${missing.join(", ")}`, chosen.join(", "));
  }
  return chosen;
}

function upstreamImages({ entries, wrong }: ConfigReader): Record<UpstreamImage, string> {
  const known = Object.keys(UPSTREAM_IMAGES);
  const given = entries("upstreamImages", "images by name").filter(([key, image]) => {
    const isKnown = known.includes(key);
    const isImage = typeof image === "string" && isPinned(image);
    if (!isKnown) wrong("upstreamImages", `keys out of ${known.join(", ")}`, `"${key}"`);
    else if (!isImage) wrong(`upstreamImages.${key}`, "repository@sha256:…", JSON.stringify(image));
    return isKnown && isImage;
  });
  return { ...UPSTREAM_IMAGES, ...Object.fromEntries(given) };
}

function imageSource(
  kind: "debian" | "registry",
  debian: { readonly revision: string; readonly mirror: string; readonly cache: string },
  images: Record<UpstreamImage, string>,
): ImageSource {
  return kind === "debian" ? { kind, ...debian } : { kind, images };
}
