/** True if an engine listens on this machine, so that its files and programs are this machine's. */
export function isLocal(host: string): boolean {
  return host === "" || host.startsWith("unix://");
}
