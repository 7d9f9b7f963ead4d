import type { ContainerReason, ImageReason, Interruption } from "../plan.ts";
import { describeSeconds } from "./quantities.ts";
import { visible } from "./visible.ts";

/** Returns the reason of a build for people, in a few words. */
export function describeImageReason(reason: ImageReason): string {
  return visible(imageReason(reason));
}

function imageReason(reason: ImageReason): string {
  switch (reason.kind) {
    case "new":
      return "not built before";
    case "no manifest":
      return "what differs is not recorded";
    case "file":
      return `${reason.path} ${reason.change}`;
    case "package":
      return `${reason.name} ${describeChange(reason.from, reason.to)} (${fileName(reason.lockFile)})`;
    case "lock file":
      return `${reason.path} changed, and no version in it`;
    case "Debian package":
      return `Debian package ${reason.name} ${reason.change}`;
    case "argument":
      return `${reason.name} ${describeChange(reason.from, reason.to)}`;
    case "instruction":
      return `instruction ${reason.change}: ${reason.text}`;
    case "base image":
      return `base image ${describeChange(reason.from, reason.to)}`;
    case "CUDA":
      return `CUDA ${reason.from} -> ${reason.to}`;
    case "parent":
      return `follows ${reason.chain.join(", ")}`;
  }
}

/** Returns the reason of a change of a container for people, in a few words. */
export function describeContainerReason(reason: ContainerReason): string {
  return visible(containerReason(reason));
}

function containerReason(reason: ContainerReason): string {
  switch (reason.kind) {
    case "new":
      return "not created before";
    case "no manifest":
      return "what differs is not recorded";
    case "unused":
      return "no longer used";
    case "image":
      return `image ${reason.name}`;
    case "setting":
      return reason.from === undefined && reason.to === undefined
        ? `${reason.name} changed`
        : `${reason.name} ${describeChange(reason.from, reason.to)}`;
    case "secret":
      return `secret ${reason.name} changed`;
    case "network":
      return `network ${reason.name} ${reason.change}`;
  }
}

/** Returns what a replacement interrupts, for people. */
export function describeInterruption(interrupts: Interruption | undefined): string {
  if (interrupts === undefined) return "nothing interrupted";
  const what = visible(interrupts.what);
  const { milliseconds } = interrupts;
  return milliseconds === undefined
    ? `${what} interrupted, for how long is not recorded`
    : `${what} interrupted for about ${describeSeconds(milliseconds / 1000)}`;
}

/** Longest value that is shown. */
const LONGEST = 60;

function describeChange(from: string | undefined, to: string | undefined): string {
  if (from === undefined) return to === undefined ? "changed" : `${short(to)} added`;
  return to === undefined ? `${short(from)} removed` : `${short(from)} -> ${short(to)}`;
}

function short(value: string): string {
  if (value === "") return '""';
  const line = value.replaceAll(/\s+/g, " ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
