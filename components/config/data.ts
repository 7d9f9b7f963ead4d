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
export function readData({ text, boolean, entries, wrong }: ConfigReader): DataConfig {
  const adopted = entries("adoptVolumes", "volumes by logical name").filter((entry): entry is [string, string] => {
    const [name, volume] = entry;
    const valid = typeof volume === "string" && VOLUME.test(volume);
    if (!valid) wrong(`adoptVolumes.${name}`, "the name of a volume in the engine", JSON.stringify(volume));
    return valid;
  });
  return {
    protect: boolean("protectData"),
    passwordRevision: text("passwordRevision"),
    adoptedVolumes: Object.fromEntries(adopted),
  };
}

/** A name that Docker 28 accepts for a volume. */
const VOLUME = /^[A-Za-z0-9][\w.-]+$/;
