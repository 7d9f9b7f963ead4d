import type { ConfigReader } from "./reader.ts";

/** The data of a stack and the passwords that open it. */
export interface DataConfig {
  /** True if volumes and passwords are protected from deletion. */
  readonly protect: boolean;
  /** Name of the passwords of the backing services. Another revision creates new passwords. */
  readonly passwordRevision: string;
}

/** Reads the section of the data. */
export function readData({ text, boolean }: ConfigReader): DataConfig {
  return { protect: boolean("protectData"), passwordRevision: text("passwordRevision") };
}
