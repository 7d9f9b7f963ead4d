import { given } from "../lib/given.ts";
import { field, stringOr } from "../lib/json.ts";
import { KEPT, type History, type Origin, type Release, type ReleasedService } from "./release.ts";
import { isPinned } from "../lib/image-reference.ts";

/** The history of a stack before its first `up`. */
export const NO_HISTORY: History = { running: "", releases: [] };

/**
 * Parses the releases in a stack's outputs, which another program, or another version of this one, may have written. A
 * release that is not complete is left out, and so is a release with an image that is not pinned by digest.
 */
export function parseHistory(outputs: unknown): History {
  const found = field(outputs, "releases");
  const releases = (Array.isArray(found) ? found : []).flatMap((item) => parseRelease(item) ?? []).slice(0, KEPT);
  const running = stringOr(field(outputs, "release"), "");
  return { running: releases.some(({ id }) => id === running) ? running : "", releases };
}

function parseRelease(value: unknown): Release | undefined {
  const [id, revision] = [stringOr(field(value, "id"), ""), stringOr(field(value, "revision"), "")];
  const repository = stringOr(field(value, "repository"), "");
  const accelerator = ["cpu", "cuda"].find((known) => known === field(value, "accelerator")) as
    Release["accelerator"] | undefined;
  const services = entries(field(value, "services"), parseService);
  const backing = entries(field(value, "backing"), pinned);
  const from = parseOrigin(field(value, "from"));
  if (!/^r[0-9a-f]{8}$/.test(id) || repository === "" || accelerator === undefined) return undefined;
  if (services === undefined || backing === undefined || from === "wrong") return undefined;
  return { id, accelerator, revision, repository, ...given({ from }), services, backing };
}

function parseService(value: unknown): ReleasedService | undefined {
  const ref = pinned(field(value, "ref"));
  const [source, lock, health] = ["source", "lock", "health"].map((name) => stringOr(field(value, name), ""));
  if (ref === undefined || source === undefined || lock === undefined || health === undefined) return undefined;
  return { ref, source, lock, health };
}

function parseOrigin(value: unknown): Origin | undefined | "wrong" {
  if (value === undefined) return undefined;
  const [stack, repository] = [stringOr(field(value, "stack"), ""), stringOr(field(value, "repository"), "")];
  return stack === "" || repository === "" ? "wrong" : { stack, repository };
}

/** Parses each entry of an object; undefined if the value is no object, or if one entry is wrong. */
function entries<T>(value: unknown, parse: (item: unknown) => T | undefined): Record<string, T> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const parsed = Object.entries(value).flatMap(([name, item]): [string, T][] => {
    const result = parse(item);
    return result === undefined ? [] : [[name, result]];
  });
  return parsed.length === Object.keys(value).length ? Object.fromEntries(parsed) : undefined;
}

function pinned(value: unknown): string | undefined {
  return typeof value === "string" && isPinned(value) ? value : undefined;
}
