import { digestOf } from "../../../components/lib/image-reference.ts";
import { madeDigest, type Registered, type Registrations } from "../../unit/support/registrations.ts";
import { at, plain, secretPaths } from "../../unit/support/wire.ts";

/** An image as the program has it built. */
export interface Stage {
  readonly name: string;
  readonly dockerfile: string;
  /** Folder of its build context, relative to the project. */
  readonly context: string;
  /** Stages that its Dockerfile names, by the name it uses. */
  readonly stages: Readonly<Record<string, string>>;
  /** Images made elsewhere that its Dockerfile names, by the name it uses. */
  readonly images: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Whether containers run it; the engine need not have one that others only stand on. */
  readonly runs: boolean;
  /** Values of the secrets that its build mounts, by id. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A file that a container reads. */
export interface MountedFile {
  readonly path: string;
  readonly content: string;
  readonly secret: boolean;
}

/** A volume, by its logical name, or a folder of the host, by its path, that a container mounts. */
export interface MountedVolume {
  readonly source: string;
  readonly path: string;
  readonly readOnly: boolean;
}

/** A container as the program has it run. Field names and forms are the provider's where nothing else is said. */
export interface Service {
  readonly name: string;
  /** Stage that it is a container of; undefined where its image was made elsewhere. */
  readonly stage: string | undefined;
  readonly image: string;
  /** Services that have to be healthy before it starts. */
  readonly after: readonly string[];
  readonly files: readonly MountedFile[];
  readonly volumes: readonly MountedVolume[];
  readonly inputs: ContainerInputs;
}

/** The provider's inputs of a container, as far as the program sets them. */
export interface ContainerInputs {
  readonly user: string;
  readonly command?: readonly string[];
  readonly envs: readonly string[];
  readonly labels: readonly { readonly label: string; readonly value: string }[];
  readonly ports: readonly { readonly ip: string; readonly external: number; readonly internal: number }[];
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly readOnly: boolean;
  readonly capabilities: { readonly drops: readonly string[] };
  readonly securityOpts: readonly string[];
  readonly init: boolean;
  /** In MiB. */
  readonly memory: number;
  /** In MiB, memory included. */
  readonly memorySwap: number;
  readonly cpus: string;
  readonly restart: string;
  readonly logDriver: string;
  readonly logOpts: Readonly<Record<string, string>>;
  readonly healthcheck: {
    readonly tests: readonly string[];
    readonly interval: string;
    readonly timeout: string;
    readonly retries: number;
    readonly startPeriod: string;
    readonly startInterval: string;
  };
  /** In seconds. */
  readonly stopTimeout: number;
}

/** Everything that the program builds and runs, in no tool's own form. */
export interface Definitions {
  readonly stages: readonly Stage[];
  readonly services: readonly Service[];
}

/**
 * What a recorded run of the program builds and runs. Images that the program makes outside a Dockerfile are taken as
 * they are named; its own registry is nobody's to build or run.
 *
 */
export function definitionsOf(program: Registrations): Definitions {
  const images = program.of("image");
  const stageOf = new Map(images.map(({ name, inputs }) => [madeDigest(inputs), name]));
  const holders = program.of("container").filter(({ inputs }) => inputs["start"] === false);
  const running = program.of("container").filter((container) => !holders.includes(container));
  const names = running.map(({ name }) => name);
  return {
    stages: images.map((image) => readStage(image, stageOf)),
    services: running.map((container) => ({
      name: container.name,
      stage: stageOf.get(digestOf(text(container.inputs["image"])) ?? ""),
      image: text(container.inputs["image"]),
      after: container.dependsOn.filter((name) => names.includes(name) && name !== container.name),
      files: holders.filter((holder) => mounts(container, holder)).flatMap(filesOf),
      volumes: volumesOf(
        container,
        program.names("volume").filter((volume) => volume !== FILLED),
      ),
      inputs: container.inputs as unknown as ContainerInputs,
    })),
  };
}

/** The same definitions on an image that is there, where the program makes one that it does not know before. */
export function standingOn(definitions: Definitions, name: string, reference: string): Definitions {
  return {
    ...definitions,
    stages: definitions.stages.map((stage) => ({
      ...stage,
      images: Object.fromEntries(
        Object.entries(stage.images).map(([key, image]) => [key, key === name ? reference : image]),
      ),
    })),
  };
}

function readStage(image: Registered, stageOf: ReadonlyMap<string, string>): Stage {
  const named = Object.entries(record(at(image.inputs, "context.named"))).map(([key, value]) => {
    const reference = text(at(value, "location")).replace(/^docker-image:\/\//, "");
    return { key, reference, stage: stageOf.get(digestOf(reference) ?? "") };
  });
  return {
    name: image.name,
    dockerfile: text(at(image.inputs, "dockerfile.inline")),
    context: text(at(image.inputs, "context.location")),
    stages: Object.fromEntries(named.flatMap(({ key, stage }) => (stage === undefined ? [] : [[key, stage]]))),
    images: Object.fromEntries(
      named.flatMap(({ key, stage, reference }) => (stage === undefined ? [[key, reference]] : [])),
    ),
    labels: strings(image.inputs["labels"]),
    buildArgs: strings(image.inputs["buildArgs"]),
    runs: at(image.inputs, "exports.0.image.store") !== false,
    secrets: strings(image.inputs["secrets"]),
  };
}

function filesOf(holder: Registered): MountedFile[] {
  const secrets = secretPaths(holder.wire);
  return list(at(holder.inputs, "uploads")).map((upload, index) => ({
    path: text(at(upload, "file")),
    content: text(at(upload, "content")),
    secret: secrets.some((path) => path === "uploads" || path.startsWith(`uploads.${String(index)}.`)),
  }));
}

/** The volume that the program fills from the holder of the gateway's files. */
const FILLED = "gateway-config";

/** The recorded provider names what it makes after the logical name, as the real one does. */
function mounts(container: Registered, holder: Registered): boolean {
  return list(container.inputs["volumes"]).some(
    (volume) =>
      isNameOf(text(at(volume, "fromContainer")), holder.name) ||
      (isNameOf(text(at(volume, "volumeName")), FILLED) && holder.name === "gateway-files"),
  );
}

function volumesOf(container: Registered, names: readonly string[]): MountedVolume[] {
  return list(container.inputs["volumes"]).flatMap((volume) => {
    const source =
      text(at(volume, "hostPath")) || names.find((logical) => isNameOf(text(at(volume, "volumeName")), logical));
    if (source === undefined) return [];
    return [{ source, path: text(at(volume, "containerPath")), readOnly: at(volume, "readOnly") === true }];
  });
}

function isNameOf(made: string, logical: string): boolean {
  return new RegExp(`^morgan-[^-]+-${logical}-[0-9a-f]{7}$`).test(made);
}

function strings(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(record(value)).map(([key, item]) => [key, text(item)]));
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return plain(value ?? {});
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
