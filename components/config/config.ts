import * as pulumi from "@pulumi/pulumi";
import { checkCatalog } from "../catalog/check.ts";
import type { Catalog } from "../catalog/service.ts";
import type { Problem } from "../lib/errors.ts";
import type { NetworkProfile } from "../network/profile.ts";
import { readTextIfExists } from "../system/files.ts";
import { readData, type DataConfig } from "./data.ts";
import { readEngine, type EngineConfig } from "./engine.ts";
import { readGateway, type GatewayConfig } from "./gateway.ts";
import { readGpuConfig, type GpuConfig } from "./gpu.ts";
import { hostCertificates } from "./host-certificates.ts";
import { readImages, readRegistry, type ImagesConfig } from "./images.ts";
import { readLlm, type LlmConfig } from "./llm.ts";
import { readMachine, type Machine } from "./machine.ts";
import { readModels, type Models } from "./models.ts";
import { readNetwork } from "./network.ts";
import { configReader } from "./reader.ts";
import { readRelease, type ReleaseConfig } from "./release.ts";
import { recordKeys, type ConfigSources } from "./sources.ts";
import { unknownKeyProblems } from "./unknown-keys.ts";
import { readServices, type ServicesConfig } from "./services.ts";

/** The names of a stack. */
export interface StackIdentity {
  /** Name of the stack; part of every name and the tag of every image. */
  readonly stack: string;
  /** Pulumi's full name of the stack: "organization/project/stack". */
  readonly fullName: string;
}

/**
 * Everything that decides how a stack is built and run. Each member is a section, and each section has its own file.
 */
export interface MorganConfig extends StackIdentity, ServicesConfig {
  readonly engine: EngineConfig;
  readonly gateway: GatewayConfig;
  readonly images: ImagesConfig;
  readonly release: ReleaseConfig;
  readonly data: DataConfig;
  readonly gpu: GpuConfig;
  readonly models: Models;
  readonly network: NetworkProfile;
  readonly llm: LlmConfig;
  readonly machine: Machine;
}

/** A configuration and its problems. Harmless values replace the wrong ones. */
export interface CheckedConfig {
  readonly config: MorganConfig;
  readonly problems: readonly Problem[];
  /** Warnings for the operator, a sentence each. Nothing is wrong, and every run prints them. */
  readonly warnings: readonly string[];
}

/** Reads the configuration of the current stack, and the facts that set-up exports. Nothing else reads either. */
export function readConfig(catalog: Catalog): CheckedConfig {
  const config = new pulumi.Config();
  const sources: ConfigSources = {
    values: (key) => config.get(key),
    secret: (key, pattern) => config.getSecret(key, pattern === undefined ? {} : { pattern }),
    isEncrypted,
    readText: readTextIfExists,
    hostCertificates,
    keys: () => Object.keys(pulumi.runtime.allConfig()),
    env: process.env,
  };
  const stack = pulumi.getStack();
  const fullName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  return checkConfig({ stack, fullName }, sources, catalog, readMachine(process.env));
}

/** Checks every value and returns all problems at once. */
export function checkConfig(
  identity: StackIdentity,
  sources: ConfigSources,
  catalog: Catalog,
  machine: Machine,
): CheckedConfig {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const { recording, known } = recordKeys(sources);
  const reader = configReader(recording, problems, warnings);
  const services = readServices(reader, catalog);
  const gateway = readGateway(reader, recording);
  const registry = readRegistry(reader);
  if (registry.kind === "local" && registry.port !== 0 && registry.port === gateway.port) {
    reader.wrong("registryPort", "another port than gatewayPort", String(gateway.port));
  }
  if (registry.kind === "remote") reader.add(tagProblems(identity.stack));
  const network = readNetwork(reader, recording, registry.kind === "local");
  const config: MorganConfig = {
    ...identity,
    ...services,
    engine: readEngine(reader, recording),
    gateway,
    images: readImages(reader, { registry, aptMirror: network.apt.mirror, machine }),
    release: readRelease(reader),
    data: readData(reader, catalog),
    gpu: readGpuConfig(reader, services.accelerator),
    models: readModels(reader, catalog, services),
    network,
    llm: readLlm(reader, services.services),
    machine,
  };
  return {
    config,
    problems: [...checkCatalog(catalog), ...unknownKeyProblems(sources.keys(), known), ...problems],
    warnings,
  };
}

/**
 * Returns the problem of a stack whose tags another stack in the registry may have: the tags of the cache exports of
 * "dev" end in "dev-cache", and those of its copied releases in "dev-r0a1b2c3d".
 */
function tagProblems(stack: string): Problem[] {
  const suffix = /-(?:cache|r[0-9a-f]{8})$/.exec(stack)?.[0];
  if (suffix === undefined) return [];
  return [
    {
      key: "name of the stack",
      expected: `a name that does not end in "${suffix}", because stacks that share a registry tell their tags apart by it`,
      found: `"${stack}"`,
      fix: "make a stack with another name, or keep this one in a registry of its own: pulumi config set registry local",
    },
  ];
}

/** True if Pulumi keeps a value encrypted. Pulumi 3.259 lists the encrypted keys in an environment variable. */
function isEncrypted(key: string): boolean {
  const { PULUMI_CONFIG_SECRET_KEYS: keys } = process.env;
  return keys === undefined || keys.includes(`"morgan:${key}"`);
}
