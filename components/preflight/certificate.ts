import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { ownCertificate, validityProblem, type KeyPair } from "../config/certificate.ts";
import type { MorganConfig } from "../config/config.ts";
import { field, stringOr } from "../lib/json.ts";
import type { Problem } from "../lib/errors.ts";

const DAY = 24 * 60 * 60 * 1000;

/** The reminder begins this many days before the end of a certificate. */
const REMINDER = 14;

/**
 * Checks that the gateway's certificate is valid now. An `up` and a rollback go on with a certificate that the stack
 * presents already: to refuse them would keep a fault in service, and would not renew the certificate.
 *
 * @param outputs - the outputs of the stack's last `up`.
 */
export async function checkCertificate(
  { gateway: { tls, name, address } }: Pick<MorganConfig, "gateway">,
  outputs: unknown,
  now: Date,
): Promise<Problem[]> {
  if (tls === undefined) return [];
  const problem = validityProblem(tls, now);
  if (problem !== undefined && !isPresented(tls, outputs)) return [problem];
  const warning =
    problem === undefined
      ? expiryReminder(tls, now)
      : `morgan:tlsCertificate is ${problem.found}, and clients refuse it; the stack presents it already, so this run goes on`;
  for (const text of [warning, nameWarning(tls, name || address)]) if (text !== undefined) await pulumi.log.warn(text);
  return [];
}

/** True if the stack presents this certificate already. A stack from before the record has one, or has none. */
function isPresented({ certificate }: KeyPair, outputs: unknown): boolean {
  const recorded = field(outputs, "certificate");
  if (recorded === undefined) return stringOr(field(outputs, "endpoint"), "").startsWith("https:");
  return recorded === ownCertificate(certificate)?.fingerprint256;
}

function expiryReminder({ certificate }: KeyPair, now: Date): string | undefined {
  const end = ownCertificate(certificate)?.validToDate;
  if (end === undefined || end.getTime() - now.getTime() > REMINDER * DAY) return undefined;
  return `morgan:tlsCertificate is valid until ${end.toISOString()}, which is in less than ${String(REMINDER)} days`;
}

/** Warns if clients of the output `endpoint` cannot verify the certificate. */
function nameWarning({ certificate }: KeyPair, host: string): string | undefined {
  const own = ownCertificate(certificate);
  if (own === undefined || (isIP(host) === 0 ? own.checkHost(host) : own.checkIP(host)) !== undefined) return undefined;
  return (
    `morgan:tlsCertificate is not for ${host}, the host in the output endpoint, so its clients refuse it; ` +
    `it is for ${own.subjectAltName ?? "no name"}: pulumi config set gatewayName …`
  );
}
