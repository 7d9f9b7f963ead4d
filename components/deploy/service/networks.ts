import type { StackService } from "../../catalog/select.ts";
import type { NetworkName } from "../container/networks.ts";
import type { Compute, Wiring } from "./wiring.ts";

type Need = (service: StackService, wiring: Wiring, compute: Compute) => boolean;

/** Conditions for each network. A service joins the network if one of them is true. */
const NEEDS: Readonly<Record<NetworkName, readonly Need[]>> = {
  services: [() => true],
  data: [({ backing }, wiring) => backing.some((name) => wiring[name] !== undefined)],
  outside: [
    ({ languageModel }, { llm }) => languageModel && llm.endpoint !== "",
    ({ variant }, _wiring, { model, offline }) => variant.usesGpu && model?.kind === "hub" && !offline,
  ],
};

const NAMES = ["services", "data", "outside"] as const satisfies readonly NetworkName[];

/** Returns the networks that a service needs. */
export function networksOf(service: StackService, wiring: Wiring, compute: Compute): NetworkName[] {
  return NAMES.filter((name) => NEEDS[name].some((need) => need(service, wiring, compute)));
}
