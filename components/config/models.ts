import type { ConfigReader } from "./reader.ts";
import type { Catalog } from "../catalog/service.ts";

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
}

const HUB = /^[\w.-]+\/[\w.-]+(?:@[\w./-]+)?$/;

/** Reads the section of the models. Only a service with a speech engine that uses weights may have a source. */
export function readModels({ entries, boolean, url, wrong }: ConfigReader, catalog: Catalog): Models {
  const takers = Object.entries(catalog).flatMap(([name, { variants }]) => (variants.cuda.vramMiB > 0 ? [name] : []));
  const endpoint = url("hubEndpoint", "a service");
  const services = entries("models", "models by service").flatMap(([name, found]): [string, Model][] => {
    const model = typeof found === "string" ? parseModel(found, endpoint) : undefined;
    if (!takers.includes(name)) {
      wrong("models", `services that take weights: ${takers.join(", ")}`, `"${name}"`, "take it out of models");
    } else if (model === undefined) {
      wrong(`models.${name}`, 'an absolute path, or "organisation/name" of the model hub', JSON.stringify(found));
    }
    return model === undefined ? [] : [[name, model]];
  });
  return { services: Object.fromEntries(services), offline: boolean("modelsOffline") };
}

function parseModel(text: string, endpoint: string): Model | undefined {
  if (/^\/[^\s:]*$/.test(text)) return { kind: "folder", path: text };
  return HUB.test(text) ? { kind: "hub", id: text, ...(endpoint === "" ? {} : { endpoint }) } : undefined;
}
