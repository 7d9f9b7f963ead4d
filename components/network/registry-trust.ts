import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/**
 * Returns the path of our file with the CA of a registry, beside any file of others. Docker 28.5 reads that folder at
 * each use of the registry.
 *
 * @param settings - "/etc"; for an engine that runs without root, its user's folder of settings.
 */
export function registryCaPath(host: string, settings: string): string {
  return `${settings}/docker/certs.d/${host}/morgan-ca.crt`;
}

/** CA file for the plugins of later runs, which query the registry in a refresh; see toolchain/lib/environment.mjs. */
const PLUGINS_CA_PATH = ".morgan/certs/ca.pem";

/**
 * Installs the configured CAs for this machine's engine if it does not trust the registry. Installs them for the
 * plugins if the registry is not the stack's own. This runs in an `up`, before the first push. The engine's CA file is
 * never removed, because other stacks push to that registry too.
 *
 * @param missingCa - file of the engine with the CA of the registry that it does not trust; undefined if there is none.
 */
export function trustRegistry(
  missingCa: string | undefined,
  {
    images,
    network,
  }: {
    readonly images: { readonly registry: { readonly kind: string } };
    readonly network: { readonly certificates: string };
  },
): void {
  if (pulumi.runtime.isDryRun() || network.certificates === "") return;
  if (missingCa !== undefined) write(missingCa, network.certificates);
  if (images.registry.kind === "remote") write(PLUGINS_CA_PATH, network.certificates);
}

function write(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
