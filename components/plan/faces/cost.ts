import type { LastUp } from "../last-up.ts";
import { describeBytes, describeSeconds } from "./quantities.ts";

/** Returns what an `up` cost, beside its forecast, in one line. */
export function describeCost({ cost, plan: { forecast } }: Pick<LastUp, "cost" | "plan">): string {
  const took = quantities(cost);
  const said = quantities(forecast);
  return `it took ${took}${said === "" ? "; there was no forecast" : `; the forecast was ${said}`}`;
}

function quantities({ seconds, bytes }: { readonly seconds?: number; readonly bytes?: number }): string {
  return [
    ...(seconds === undefined ? [] : [describeSeconds(seconds)]),
    ...(bytes === undefined ? [] : [describeBytes(bytes)]),
  ].join(" and ");
}
