import type { ConfigReader } from "./reader.ts";
import { mebibytes } from "../lib/units.ts";

/** Who may ask what at the gateway's published port. */
export interface Access {
  /** Path of the certificate and those that vouch for it, in PEM; empty for plain HTTP. */
  readonly certificate: string;
  /** Path of the certificate's private key in PEM; set where the certificate is. */
  readonly key: string;
  /** Largest body of a request, in bytes. */
  readonly bodyLimit: number;
  /** Requests of one client's address in 10 s; 0 for any number. */
  readonly rateLimit: number;
}

/**
 * A token for the header `Authorization` as RFC 6750 has it, of a length that nobody guesses: its digest can be read by
 * those who may ask the engine.
 */
export const TOKEN = /^[A-Za-z0-9._~+/-]{24,500}={0,2}$/;

/** Services hold a body whole, in containers of 512 MiB. */
const LARGEST_BODY = 64;

/** Reads what the published port demands. */
export function readAccess({ text, size, count, wrong }: ConfigReader): Access {
  const [certificate, key] = [text("tlsCertificate"), text("tlsKey")];
  if (certificate !== "" && key === "") wrong("tlsKey", "the path of tlsCertificate's key", "nothing");
  if (certificate === "" && key !== "") wrong("tlsCertificate", "the path of tlsKey's certificate", "nothing");
  const isPair = certificate !== "" && key !== "";
  return {
    certificate: isPair ? certificate : "",
    key: isPair ? key : "",
    bodyLimit: Math.round(mebibytes(size("bodyLimit", "10 MiB", LARGEST_BODY)) * 1024 * 1024),
    rateLimit: count("rateLimit", 1_000_000),
  };
}
