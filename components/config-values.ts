import { isIPv4 } from "node:net";
import type { Problem } from "./errors.ts";
import { CUDA_VERSIONS, type CudaVersion } from "./gpu/cuda-version.ts";
import { UPSTREAM_IMAGES, type ImageSource, type UpstreamImage } from "./image-source.ts";
import { isPinned, parseRegistry, type Registry } from "./reference.ts";
import type { Accelerator, Catalog } from "./service.ts";

/** The text of a configuration value; undefined where it is not set. Arrays and objects are JSON. */
export type Values = (key: string) => string | undefined;

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
  /** Services to build and run, in the order of the catalog. */
  readonly services: readonly string[];
  readonly gateway: { readonly address: string; readonly port: number };
  readonly registry: { readonly kind: "local"; readonly port: number } | ({ readonly kind: "remote" } & Registry);
  readonly builder: string;
  readonly source: ImageSource;
  readonly protectData: boolean;
  /** What becomes of an image that is over its budget: it is not deployed, or there is a warning. */
  readonly sizeBudgets: "enforce" | "warn";
  /** Path of a PEM bundle; empty for the host's own store. */
  readonly caBundle: string;
  readonly pypiIndex: string;
  readonly aptMirror: string;
  readonly llm: { readonly endpoint: string; readonly model: string };
}

/** Checks every value; returns all problems at once, and values in which a wrong one is replaced by a harmless one. */
export function parseValues(
  values: Values,
  catalog: Catalog,
  machine: MachineFacts,
): { readonly values: ConfigValues; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const wrong = (key: string, expected: string, found: string, fix = `pulumi config set ${key} …`): void => {
    problems.push({ key: `morgan:${key}`, expected, found, fix });
  };
  const choice = <T extends string>(key: string, choices: readonly T[], otherwise: T): T => {
    const found = values(key) ?? otherwise;
    const chosen = choices.find((item) => item === found);
    if (chosen === undefined) wrong(key, choices.map((item) => `"${item}"`).join(" or "), `"${found}"`);
    return chosen ?? otherwise;
  };
  const port = (key: string): number => {
    const found = values(key);
    const number = Number(found);
    if (found !== undefined && Number.isInteger(number) && number >= 1 && number <= 65_535) return number;
    wrong(key, "a port, 1 to 65535", found === undefined ? "nothing" : `"${found}"`);
    return 0;
  };
  const url = (key: string): string => {
    const found = values(key) ?? "";
    const valid = found === "" || (/^https?:\/\/\S+$/.test(found) && URL.canParse(found));
    if (!valid) wrong(key, 'an "http://…" or "https://…" URL, or nothing', `"${found}"`);
    return valid ? found : "";
  };
  const json = (key: string, otherwise: unknown): unknown => {
    try {
      return JSON.parse(values(key) ?? "null") ?? otherwise;
    } catch {
      wrong(key, "JSON", `"${values(key) ?? ""}"`);
      return otherwise;
    }
  };

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
  const aptMirror = url("aptMirror");
  return {
    values: {
      accelerator: choice("accelerator", ["cpu", "cuda"], "cpu"),
      cudaVersion: choice("cudaVersion", CUDA_VERSIONS, "12.4"),
      services: chosenServices(json("services", []), catalog, wrong),
      gateway: { address, port: gatewayPort },
      registry,
      builder: values("builder") ?? "default",
      source: imageSource(
        choice("baseImages", ["", "debian", "registry"], "") || machine.baseImages,
        { revision: values("baseRevision") ?? "", mirror: aptMirror, cache: machine.cache },
        upstreamImages(json("upstreamImages", {}), wrong),
      ),
      protectData: choice("protectData", ["true", "false"], "false") === "true",
      sizeBudgets: choice("sizeBudgets", ["enforce", "warn"], "warn"),
      caBundle: values("caBundle") ?? "",
      pypiIndex: url("pypiIndex"),
      aptMirror,
      llm: { endpoint: url("llmEndpoint"), model: values("llmModel") ?? "" },
    },
    problems,
  };
}

type Wrong = (key: string, expected: string, found: string, fix?: string) => void;

function chosenServices(found: unknown, catalog: Catalog, wrong: Wrong): string[] {
  const all = Object.keys(catalog);
  const isList = Array.isArray(found) && found.every((name) => typeof name === "string");
  if (!isList) wrong("services", "a list of names", JSON.stringify(found));
  const names: readonly string[] = isList ? found : [];
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

function upstreamImages(found: unknown, wrong: Wrong): Record<UpstreamImage, string> {
  const isObject = typeof found === "object" && found !== null && !Array.isArray(found);
  if (!isObject) wrong("upstreamImages", "an object of images by name", JSON.stringify(found));
  const known = Object.keys(UPSTREAM_IMAGES);
  const given = Object.entries(isObject ? found : {}).filter(([key, image]: [string, unknown]) => {
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
