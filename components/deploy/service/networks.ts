import type { Service } from "../../catalog/service.ts";
import type { NetworkName } from "../container/networks.ts";
import type { Compute, Wiring } from "./wiring.ts";

type Need = (service: Service, wiring: Wiring, compute: Compute) => boolean;

/** What of a service's wiring takes it onto a network. */
const NEEDS: Readonly<Record<NetworkName, readonly Need[]>> = {
  services: [() => true],
  data: [({ backing }, wiring) => backing.some((name) => wiring[name] !== undefined)],
  outside: [
    ({ languageModel }, { llm }) => languageModel && llm.endpoint !== "",
    ({ engines }, { accelerator }, { model, offline }) =>
      engines[accelerator].vramMiB > 0 && model?.kind === "hub" && !offline,
  ],
};

const NAMES = ["services", "data", "outside"] as const satisfies readonly NetworkName[];

/** The networks that a service needs, and no other. */
export function networksOf(service: Service, wiring: Wiring, compute: Compute): NetworkName[] {
  return NAMES.filter((name) => NEEDS[name].some((need) => need(service, wiring, compute)));
}
