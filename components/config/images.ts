import { isWrongHub, parseRegistry, type RegistryConfig } from "../lib/image-reference.ts";
import { readBaseImages, type BaseImagesChoice } from "./base-images.ts";
import type { Machine } from "./machine.ts";
import type { ConfigReader } from "./reader.ts";

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
export function readRegistry(reader: ConfigReader): RegistryConfig {
  const { wrong } = reader;
  const text = reader.text("registry", "local");
  const port = reader.port("registryPort");
  const remote = text === "local" ? undefined : parseRegistry(text);
  if (text !== "local" && remote === undefined) {
    const shown = `"${text.replace(/^.*@/s, "…@")}"`;
    wrong("registry", '"local" or "host[:port]/project"', shown);
  }
  if (remote !== undefined && isWrongHub(remote)) {
    wrong("registry", '"docker.io/account" for Docker Hub, whose images have no path below the account', `"${text}"`);
  }
  return remote === undefined ? { kind: "local", port } : { kind: "remote", ...remote };
}

/** Reads the section of the images. */
export function readImages(
  reader: ConfigReader,
  {
    registry,
    aptMirror,
    machine,
  }: { readonly registry: RegistryConfig; readonly aptMirror: string; readonly machine: Machine },
): ImagesConfig {
  return {
    registry,
    builder: readBuilder(reader),
    ...readBaseImages(reader, aptMirror, machine),
    sizeBudgets: reader.choice("sizeBudgets", ["enforce", "warn"], "warn"),
  };
}

/** A name that buildx 0.29 gives to builders. */
const BUILDER = /^[A-Za-z0-9][\w.+-]*$/;

function readBuilder({ text, wrong }: ConfigReader): string {
  const name = text("builder", "default");
  if (BUILDER.test(name)) return name;
  wrong("builder", "the name of a buildx builder", `"${name}"`);
  return "default";
}
