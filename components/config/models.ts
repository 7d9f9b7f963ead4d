import type { ConfigReader } from "./reader.ts";
import type { Catalog } from "../catalog/service.ts";

/** Where the weights of a service come from. */
export type Model =
  /** A folder of the engine's host, mounted so that it cannot be written. */
  | { readonly kind: "folder"; readonly path: string }
  /** A model of a hub, "organisation/name" or "organisation/name@revision", downloaded once to a volume of the stack. */
  | {
      readonly kind: "hub";
      readonly id: string;
      /** URL of a mirror of the hub; the public one where it is not there. */
      readonly endpoint?: string;
    };

/** The weights of the services that need some. */
export interface Models {
  /** By service; one that is not named finds on its volume what was put there. */
  readonly services: Readonly<Record<string, Model>>;
  /** Whether services never ask the hub, whatever they miss. */
  readonly offline: boolean;
}

const HUB = /^[\w.-]+\/[\w.-]+(?:@[\w./-]+)?$/;

/** Reads where weights come from. Only an engine that takes weights can be given some. */
export function readModels({ entries, boolean, url, wrong }: ConfigReader, catalog: Catalog): Models {
  const takers = Object.entries(catalog).flatMap(([name, { variants }]) => (variants.cuda.vramMiB > 0 ? [name] : []));
  const endpoint = url("hubEndpoint");
  const services = entries("models", "models by service").flatMap(([name, found]): [string, Model][] => {
    const model = typeof found === "string" ? parseModel(found, endpoint) : undefined;
    if (!takers.includes(name)) {
      wrong("models", `services that take weights: ${takers.join(", ")}`, `"${name}"`, "take it out of models");
    } else if (model === undefined) {
      wrong(`models.${name}`, 'an absolute path, or "organisation/name" of a hub', JSON.stringify(found));
    }
    return model === undefined ? [] : [[name, model]];
  });
  return { services: Object.fromEntries(services), offline: boolean("modelsOffline") };
}

function parseModel(text: string, endpoint: string): Model | undefined {
  if (/^\/[^\s:]*$/.test(text)) return { kind: "folder", path: text };
  return HUB.test(text) ? { kind: "hub", id: text, ...(endpoint === "" ? {} : { endpoint }) } : undefined;
}
