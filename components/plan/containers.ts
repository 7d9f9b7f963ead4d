import { given } from "../lib/given.ts";
import type { ContainerManifest, StackManifest } from "./manifest.ts";
import type { ContainerReason, Interruption, PlannedContainer } from "./plan.ts";
import { hasPassword, secretKey, settingName } from "./setting-names.ts";
import { differences, type Difference } from "./stage-reasons.ts";

/** What two manifests of a stack say about containers. */
export type ContainerSide = Pick<StackManifest, "containers" | "repository" | "passwordRevision">;

/** Inputs of the plan of containers. */
export interface ContainerArgs {
  readonly before: ContainerSide;
  readonly after: ContainerSide;
  /** Names of the images whose digest changes. */
  readonly changedImages: ReadonlySet<string>;
  /** Names of the images that come from the stack's own repository. */
  readonly ownImages: ReadonlySet<string>;
  /** Keys of the secrets in the configuration that have another value. */
  readonly changedSecrets: ReadonlySet<string>;
  /** Milliseconds in which a container did not serve when it was last replaced, by name. */
  readonly interruptions: Readonly<Record<string, number | undefined>>;
}

/** Compares the containers of the last `up` with those of this one. */
export function planContainers(args: ContainerArgs): PlannedContainer[] {
  const { before, after } = args;
  const planned = Object.entries(after.containers).map(([name, container]): PlannedContainer => {
    const known = before.containers[name];
    if (known === undefined) return { name, action: "create", reasons: [{ kind: "new" }] };
    const replacing = replacingReasons(name, known, container, args);
    if (replacing.length > 0) return replaced(name, container, replacing, args);
    const reloading = reloadingReasons(name, known, container, args);
    return { name, action: reloading.length > 0 ? "reload" : "untouched", reasons: reloading };
  });
  const removed = Object.keys(before.containers)
    .filter((name) => !(name in after.containers))
    .map((name): PlannedContainer => ({ name, action: "remove", reasons: [{ kind: "unused" }] }));
  return [...planned, ...removed];
}

function replaced(
  name: string,
  { way }: ContainerManifest,
  reasons: readonly ContainerReason[],
  { interruptions }: ContainerArgs,
): PlannedContainer {
  const milliseconds = interruptions[name];
  const interrupts: Interruption = {
    what: INTERRUPTED[name] ?? `requests to ${name}`,
    ...(milliseconds === undefined ? {} : { milliseconds }),
  };
  return { name, action: "replace", reasons, way, ...(way === "stop-first" ? { interrupts } : {}) };
}

/** What does not work without a container. */
const INTERRUPTED: Readonly<Record<string, string>> = {
  gateway: "all requests",
  redis: "sessions",
  postgres: "the history",
  registry: "pushes and pulls",
};

function replacingReasons(
  name: string,
  before: ContainerManifest,
  after: ContainerManifest,
  { changedImages, ownImages, changedSecrets, ...sides }: ContainerArgs,
): ContainerReason[] {
  const images = after.images.filter((image) => changedImages.has(image));
  const hasMoved =
    sides.before.repository !== sides.after.repository && after.images.some((image) => ownImages.has(image));
  const secrets = Object.keys(after.settings).flatMap((input) => {
    const key = secretKey(input);
    return key !== undefined && changedSecrets.has(key) ? [key] : [];
  });
  const { passwordRevision: from } = sides.before;
  const { passwordRevision: to } = sides.after;
  const hasNewPassword = from !== to && Object.keys(after.settings).some(hasPassword);
  return [
    ...images.map((image): ContainerReason => ({ kind: "image", name: image })),
    ...(hasMoved
      ? [{ kind: "setting", name: "registry", from: sides.before.repository, to: sides.after.repository } as const]
      : []),
    ...(before.way === after.way
      ? []
      : [{ kind: "setting", name: "rollout", from: before.way, to: after.way } as const]),
    ...settingReasons(name, differences(before.settings, after.settings)),
    ...secrets.map((key): ContainerReason => ({ kind: "secret", name: key })),
    ...(hasNewPassword ? [{ kind: "setting", name: "passwordRevision", from, to } as const] : []),
  ];
}

function reloadingReasons(
  name: string,
  before: ContainerManifest,
  after: ContainerManifest,
  { changedSecrets }: ContainerArgs,
): ContainerReason[] {
  const secrets = Object.keys(after.reloads).filter((key) => changedSecrets.has(key));
  return [
    ...settingReasons(name, differences(before.reloads, after.reloads)),
    ...secrets.map((key): ContainerReason => ({ kind: "secret", name: key })),
  ];
}

/** One key of the configuration may be several inputs: the first of them, with a value if one has any, is the reason. */
function settingReasons(container: string, found: readonly Difference[]): ContainerReason[] {
  const reasons = new Map<string, ContainerReason>();
  for (const { key, change, from, to } of found) {
    const network = /^network (.+)$/.exec(key)?.[1];
    const name = network ?? settingName(container, key);
    const isFile = key.startsWith("file ");
    const reason: ContainerReason =
      network === undefined
        ? { kind: "setting", name, ...(isFile ? {} : given({ from, to })) }
        : { kind: "network", name, change };
    if (!reasons.has(name)) reasons.set(name, reason);
  }
  return [...reasons.values()];
}
