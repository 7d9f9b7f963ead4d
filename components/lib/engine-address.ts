/** The address of an engine. */
export interface EngineAddress {
  /** "unix:///path", "npipe:////./pipe/name", "tcp://host:port" or "ssh://user@host". */
  readonly host: string;
  /** Folder with ca.pem, cert.pem and key.pem, for TLS; empty without TLS. */
  readonly certificates: string;
}

/** True if an engine listens on this machine, so that its files and programs are this machine's. */
export function isLocal(host: string): boolean {
  return /^(?:unix|npipe):/.test(host);
}
