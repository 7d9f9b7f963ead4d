import { digestOf } from "../../../components/lib/image-reference.ts";
import { madeDigest, type Registered, type Registrations } from "../../unit/support/registrations.ts";
import { at, plain, secretPaths } from "../../unit/support/wire.ts";

/** An image that the program builds. */
export interface Stage {
  readonly name: string;
  readonly dockerfile: string;
  /** The folder of the build context, relative to the project. */
  readonly context: string;
  /** Stages that the Dockerfile names, by the name that it uses. */
  readonly stages: Readonly<Record<string, string>>;
  /** Other images that the Dockerfile names, by the name that it uses. */
  readonly images: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** True if containers run the image. An image that only serves as a base is not stored in the engine. */
  readonly runs: boolean;
  /** Values of the secrets that the build mounts, by id. */
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

/** A container that the program runs. `inputs` has the names and forms of the provider. */
export interface Service {
  readonly name: string;
  /** The stage of the container's image; undefined if the program does not build the image. */
  readonly stage: string | undefined;
  readonly image: string;
  /** Services that have to be healthy before this one starts. */
  readonly after: readonly string[];
  readonly files: readonly MountedFile[];
  readonly volumes: readonly MountedVolume[];
  readonly inputs: ContainerInputs;
}

/** The provider's inputs of a container that the program sets. */
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

/** Everything that the program builds and runs, independent of a tool. */
export interface Definitions {
  readonly stages: readonly Stage[];
  readonly services: readonly Service[];
}

/**
 * Returns what a recorded run of the program builds and runs. Images that the program makes without a Dockerfile keep
 * their names.
 */
export function definitionsOf(program: Registrations): Definitions {
  const images = program.of("image");
  const stageOf = new Map(images.map(({ name, inputs }) => [madeDigest(inputs), name]));
  const filesContainers = program.of("container").filter(({ inputs }) => inputs["start"] === false);
  const running = program.of("container").filter((container) => !filesContainers.includes(container));
  const names = running.map(({ name }) => name);
  return {
    stages: images.map((image) => readStage(image, stageOf)),
    services: running.map((container) => ({
      name: container.name,
      stage: stageOf.get(digestOf(text(container.inputs["image"])) ?? ""),
      image: text(container.inputs["image"]),
      after: container.dependsOn.filter((name) => names.includes(name) && name !== container.name),
      files: filesContainers.filter((files) => mounts(container, files)).flatMap(filesOf),
      volumes: volumesOf(
        container,
        program.names("volume").filter((volume) => volume !== FILLED),
      ),
      inputs: container.inputs as unknown as ContainerInputs,
    })),
  };
}

/** Returns the definitions with the ref of an image in the place of an image that the program itself makes. */
export function builtOn(definitions: Definitions, name: string, reference: string): Definitions {
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

function filesOf(filesContainer: Registered): MountedFile[] {
  const secrets = secretPaths(filesContainer.wire);
  return list(at(filesContainer.inputs, "uploads")).map((upload, index) => ({
    path: text(at(upload, "file")),
    content: text(at(upload, "content")),
    secret: secrets.some((path) => path === "uploads" || path.startsWith(`uploads.${String(index)}.`)),
  }));
}

/** The volume to which the program copies the content of the gateway's files container. */
const FILLED = "gateway-config";

/** The mocks name a resource after its logical name, as the provider does. */
function mounts(container: Registered, filesContainer: Registered): boolean {
  return list(container.inputs["volumes"]).some(
    (volume) =>
      isNameOf(text(at(volume, "fromContainer")).replace(/:ro$/, ""), filesContainer.name) ||
      (isNameOf(text(at(volume, "volumeName")), FILLED) && filesContainer.name === "gateway-files"),
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
