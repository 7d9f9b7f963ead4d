import { parseRegistry, type RegistryConfig } from "../lib/image-reference.ts";
import { readBaseImages, type BaseImagesChoice } from "./base-images.ts";
import type { Machine } from "./machine.ts";
import type { ConfigReader, Values } from "./reader.ts";

/** The build of images, and the registry that they are pushed to. */
export interface ImagesConfig extends BaseImagesChoice {
  readonly registry: RegistryConfig;
  /** Name of the buildx builder; "default" for the engine's own. */
  readonly builder: string;
  /**
   * Effect of a size budget. "enforce": an image over its budget is not deployed. "warn": the program prints a warning.
   */
  readonly sizeBudgets: "enforce" | "warn";
}

/** Reads the registry: the stack's own on a port of the loopback address, or another one. */
export function readRegistry({ port, wrong }: ConfigReader, values: Values): RegistryConfig {
  const text = values("registry") ?? "local";
  const remote = text === "local" ? undefined : parseRegistry(text);
  if (text !== "local" && remote === undefined) wrong("registry", '"local" or "host[:port]/project"', `"${text}"`);
  return remote === undefined ? { kind: "local", port: port("registryPort") } : { kind: "remote", ...remote };
}

/** Reads the section of the images. */
export function readImages(
  reader: ConfigReader,
  values: Values,
  {
    registry,
    aptMirror,
    machine,
  }: { readonly registry: RegistryConfig; readonly aptMirror: string; readonly machine: Machine },
): ImagesConfig {
  return {
    registry,
    builder: values("builder") ?? "default",
    ...readBaseImages(reader, aptMirror, machine),
    sizeBudgets: reader.choice("sizeBudgets", ["enforce", "warn"], "warn"),
  };
}
