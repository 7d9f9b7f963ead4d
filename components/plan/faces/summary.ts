import { counted } from "../../lib/counted.ts";
import { changes } from "../changes.ts";
import type { Forecast, Plan } from "../plan.ts";
import { describeBytes, describeSeconds } from "./quantities.ts";
import { describeInterruption } from "./reason.ts";
import { visible } from "./visible.ts";

/** Returns a plan in one line: "2 images, 2 containers, nothing interrupted, about 9 s and 31 kB". */
export function describeSummary(plan: Plan): string {
  if (plan.comparedWith === "no manifest") return "what changes is not known";
  if (!changes(plan)) return "nothing changes";
  const images = plan.images.filter(({ action }) => action !== "cached");
  const containers = plan.containers.filter(({ action }) => action !== "untouched");
  const interrupted = containers.flatMap(({ interrupts }) => (interrupts === undefined ? [] : [interrupts]));
  return [
    ...(images.length === 0 ? [] : [counted(images.length, "image")]),
    ...(containers.length === 0 ? [] : [counted(containers.length, "container")]),
    ...(interrupted.length === 0 ? [describeInterruption(undefined)] : interrupted.map(describeInterruption)),
    ...describeForecast(plan.forecast),
  ].join(", ");
}

function describeForecast({ seconds, bytes, unknown, past }: Forecast): string[] {
  const parts = [
    ...(seconds === undefined ? [] : [describeSeconds(seconds)]),
    ...(bytes === undefined ? [] : [describeBytes(bytes)]),
  ];
  return [
    ...(parts.length === 0 ? [] : [`about ${parts.join(" and ")}`]),
    ...(unknown.length === 0 ? [] : [`no history of ${visible(unknown.join(", "))}`]),
    ...(past === undefined || parts.length === 0
      ? []
      : [
          `the last ${past.ups === 1 ? "forecast" : counted(past.ups, "forecast")} said ${describeSeconds(past.secondsForecast)} and ` +
            `${describeBytes(past.bytesForecast)}, and it took ${describeSeconds(past.seconds)} and ${describeBytes(past.bytes)}`,
        ]),
  ];
}
