import type { Catalog } from "../catalog/service.ts";
import type { ConfigReader } from "./reader.ts";

/** The data of a stack and the passwords that open it. */
export interface DataConfig {
  /** True if volumes and passwords are protected from deletion. */
  readonly protect: boolean;
  /** Name of the passwords of the backing services. Another revision creates new passwords. */
  readonly passwordRevision: string;
  /**
   * Names of volumes in the engine that the first `up` of a stack takes over, by logical name. A stack whose state was
   * lost gets its data back by them. They have no effect later: Pulumi would replace, and so delete, another volume.
   */
  readonly adoptedVolumes: Readonly<Record<string, string>>;
}

/** Reads the section of the data. */
export function readData({ text, boolean, entries, wrong, unused }: ConfigReader, catalog: Catalog): DataConfig {
  const names = volumeNames(catalog);
  const adopted = entries("adoptVolumes", "volumes by logical name").filter((entry): entry is [string, string] => {
    const [name, volume] = entry;
    const valid = typeof volume === "string" && VOLUME.test(volume);
    if (!valid) wrong(`adoptVolumes.${name}`, "the name of a volume in the engine", JSON.stringify(volume));
    // `./morgan adopt` also writes the volumes of services that the catalog had once.
    else if (!names.includes(name)) unused(`adoptVolumes.${name}`, `a stack has the volumes ${names.join(", ")}`);
    return valid;
  });
  return {
    protect: boolean("protectData"),
    passwordRevision: text("passwordRevision"),
    adoptedVolumes: Object.fromEntries(adopted),
  };
}

/** Returns the logical names of the volumes that stacks of a catalog can have. */
function volumeNames(catalog: Catalog): string[] {
  const services = Object.entries(catalog);
  const backing = new Set(services.flatMap(([, service]) => service.backing));
  return [
    ...[...backing].map((name) => `${name}-data`),
    "registry-data",
    "gateway-config",
    ...services.flatMap(([name, { variants }]) => (variants.cuda.vramMiB > 0 ? [`${name}-models`] : [])),
  ];
}

/** A name that Docker 28 accepts for a volume. */
const VOLUME = /^[A-Za-z0-9][\w.-]+$/;
