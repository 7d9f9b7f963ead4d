import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** The file in which an engine looks for the authority of a registry, at each use; one of ours beside what others put there. */
export function trustedPlace(host: string): string {
  return `/etc/docker/certs.d/${host}/morgan-ca.crt`;
}

/**
 * Makes the engine of this machine trust a registry that the preflight found it not to trust. It is done in an `up`, before
 * the first push, and stays: other stacks push there too.
 */
export function trustRegistry(host: string | undefined, certificates: string): void {
  if (host === undefined || pulumi.runtime.isDryRun()) return;
  mkdirSync(dirname(trustedPlace(host)), { recursive: true });
  writeFileSync(trustedPlace(host), certificates);
}
