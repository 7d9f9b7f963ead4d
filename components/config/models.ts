import type * as pulumi from "@pulumi/pulumi";
import type { Catalog } from "../catalog/service.ts";
import { given } from "../lib/given.ts";
import type { ConfigReader } from "./reader.ts";
import { ASCII_WORD } from "./secret.ts";
import type { ServicesConfig } from "./services.ts";

/** Source of the weights of a service. */
export type Model =
  /** A folder of the engine's host, mounted read-only. */
  | { readonly kind: "folder"; readonly path: string }
  /** A model of the model hub, "organisation/name" or "organisation/name@revision", downloaded once to a volume. */
  | {
      readonly kind: "hub";
      readonly id: string;
      /** URL of a mirror of the model hub. Default: the public model hub. */
      readonly endpoint?: string;
    };

/** The weights of the services that need weights. */
export interface Models {
  /** Source by service. A service that is not named uses the weights that are on its volume. */
  readonly services: Readonly<Record<string, Model>>;
  /** True if services never send a request to the model hub, even if weights are missing. */
  readonly offline: boolean;
  /** Token of an account at the model hub, for gated and private models. Secret. Default: none. */
  readonly token?: pulumi.Output<string>;
}

/** A name of the model hub: no dot or dash at its ends, and no path. */
const HUB_NAME = /^[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?$/;

/** A branch, a tag or a commit. */
const REVISION = /^[\w-][\w./-]*$/;

/**
 * An absolute path. Docker's API separates the two paths of a mount by a colon.
 */
const FOLDER = /^\/[^:\p{Cc}]*$/u;

/** Reads the section of the models. Only a service with a speech engine that uses weights may have a source. */
export function readModels(
  { entries, boolean, url, secret, wrong, unused }: ConfigReader,
  catalog: Catalog,
  { accelerator, services: chosen }: Pick<ServicesConfig, "accelerator" | "services">,
): Models {
  const takers = Object.entries(catalog).flatMap(([name, { variants }]) => (variants.cuda.vramMiB > 0 ? [name] : []));
  const [endpoint, offline] = [url("hubEndpoint", "a service"), boolean("modelsOffline")];
  const token = secret("hubToken", ASCII_WORD);
  const services = entries("models", "models by service").flatMap(([name, found]): [string, Model][] => {
    const model = typeof found === "string" ? parseModel(found, endpoint) : undefined;
    if (!takers.includes(name)) {
      wrong("models", `services that take weights: ${takers.join(", ")}`, `"${name}"`, "take it out of models");
    } else if (model === undefined) {
      wrong(
        `models.${name}`,
        'an absolute path without colons, or "organisation/name" of the model hub',
        JSON.stringify(found),
      );
    }
    return model === undefined ? [] : [[name, model]];
  });
  if (accelerator === "cpu") {
    const because = 'morgan:accelerator is "cpu", and no service loads weights';
    if (services.length > 0) unused("models", because);
    if (offline) unused("modelsOffline", because);
  }
  for (const [name] of services) {
    if (!chosen.some((service) => service.name === name)) unused(`models.${name}`, "morgan:services lacks the service");
  }
  if (services.every(([, { kind }]) => kind === "folder")) {
    const because = "morgan:models names no model of the model hub";
    if (endpoint !== "") unused("hubEndpoint", because);
    if (token !== undefined) unused("hubToken", because);
  }
  return { services: Object.fromEntries(services), offline, ...given({ token }) };
}

function parseModel(text: string, endpoint: string): Model | undefined {
  if (FOLDER.test(text)) return { kind: "folder", path: text };
  const [id = "", ...revision] = text.split("@");
  const parts = id.split("/");
  const isModel = parts.length === 2 && parts.every((part) => HUB_NAME.test(part) && !part.includes(".."));
  if (!isModel || revision.length > 1 || !revision.every((name) => REVISION.test(name))) return undefined;
  return { kind: "hub", id: text, ...(endpoint === "" ? {} : { endpoint }) };
}
