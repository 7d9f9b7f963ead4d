import type { ConfigReader } from "./reader.ts";

/** The data of a stack and the passwords that open it. */
export interface DataConfig {
  /** True if volumes and passwords are protected from deletion. */
  readonly protect: boolean;
  /** Names the passwords of the backing services. Another revision means other passwords. */
  readonly passwordRevision: string;
}

/** Reads the section of the data. */
export function readData({ text, boolean }: ConfigReader): DataConfig {
  return { protect: boolean("protectData"), passwordRevision: text("passwordRevision") };
}
