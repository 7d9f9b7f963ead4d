import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { PrivateCa } from "./private-ca.ts";

/** The folders of the certificates of an engine with TLS, and of its clients. */
export interface EngineCertificates {
  readonly server: string;
  readonly client: string;
  remove(): void;
}

/** Makes the certificates for an engine on loopback. The files have the names that Docker gives them. */
export function makeEngineCertificates(): EngineCertificates {
  const ca = new PrivateCa("engines of a test");
  const made = (folder: string): string => {
    const target = join(ca.folder, folder);
    mkdirSync(target);
    const { certificate, key } = ca.sign("127.0.0.1,IP:::1");
    cpSync(ca.certificate, join(target, "ca.pem"));
    cpSync(certificate, join(target, "cert.pem"));
    cpSync(key, join(target, "key.pem"));
    return target;
  };
  return {
    server: made("server"),
    client: made("client"),
    remove: () => {
      ca.remove();
    },
  };
}
