import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DialStdio } from "./dial-stdio.ts";
import type { EngineAddress } from "../lib/engine-address.ts";

/** Sends a request to an engine. */
export type Transport = (options: RequestOptions, answer: (response: IncomingMessage) => void) => ClientRequest;

/** A plain import of node:http also loads `fetch`, which costs time in the program and in each command. */
const http = process.getBuiltinModule("node:http");

/** Connections through SSH at one time: an SSH server of the usual settings refuses the eleventh that logs in. */
const SSH_CONNECTIONS = 6;

/** Returns the way to an engine. Nothing is read or sent before the first request. */
export function transportTo({ host, certificates }: EngineAddress): Transport {
  const [, scheme = "", rest = ""] = /^([a-z]+):\/\/(.+)$/.exec(host) ?? [];
  switch (scheme) {
    case "unix":
    case "npipe":
      return (options, answer) => http.request({ ...options, socketPath: rest }, answer);
    case "tcp": {
      const target = hostAndPort(host);
      if (certificates === "") return (options, answer) => http.request({ ...options, ...target }, answer);
      const https = process.getBuiltinModule("node:https");
      const read = (name: string): string => readFileSync(join(certificates, name), "utf8");
      return (options, answer) => {
        const secure = { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
        return https.request({ ...options, ...target, ...secure }, answer);
      };
    }
    case "ssh": {
      const agent = new http.Agent({ keepAlive: true, maxSockets: SSH_CONNECTIONS });
      agent.createConnection = () => new DialStdio("docker", ["--host", host, "system", "dial-stdio"]);
      return (options, answer) => http.request({ ...options, host: "engine", agent }, answer);
    }
    default:
      return () => {
        throw new Error(`"${host}" is no address of an engine`);
      };
  }
}

function hostAndPort(host: string): { host: string; port: string } {
  const { hostname, port } = new URL(host);
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port };
}
