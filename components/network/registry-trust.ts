import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** The file in which an engine looks for the authority of a registry, at each use; one of ours beside what others put there. */
export function registryCaPath(host: string): string {
  return `/etc/docker/certs.d/${host}/morgan-ca.crt`;
}

/** Certificates for the plugins of later runs, which ask the registry themselves in a refresh; see toolchain/lib/environment.mjs. */
const PLUGINS_CA_PATH = ".morgan/certs/ca.pem";

/**
 * Makes the engine of this machine trust a registry that the preflight found it not to trust, and the plugins every one that
 * is not the stack's own. It is done in an `up`, before the first push; the engine's part stays: other stacks push there too.
 */
export function trustRegistry(
  untrusted: string | undefined,
  {
    images,
    network,
  }: {
    readonly images: { readonly registry: { readonly kind: string } };
    readonly network: { readonly certificates: string };
  },
): void {
  if (pulumi.runtime.isDryRun() || network.certificates === "") return;
  if (untrusted !== undefined) write(registryCaPath(untrusted), network.certificates);
  if (images.registry.kind === "remote") write(PLUGINS_CA_PATH, network.certificates);
}

function write(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
