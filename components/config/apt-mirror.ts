import { securityBeside, type AptMirror } from "../network/apt.ts";
import type { ConfigReader } from "./reader.ts";

/** Value of `aptSecurityMirror` for builds without the security suite. */
const NO_SECURITY = "none";

const KEY = "aptSecurityMirror";

/** Reads the mirror and the mirror of the security suite, without which images lack Debian's repairs of known faults. */
export function readAptMirror({ text, url, wrong, unused }: ConfigReader): Pick<AptMirror, "mirror" | "security"> {
  const mirror = url("aptMirror", "a build");
  const isOff = text(KEY) === NO_SECURITY;
  const configured = isOff ? "" : url(KEY, "a build");
  if (mirror === "") {
    if (isOff || configured !== "") unused(KEY, "there is no morgan:aptMirror");
    return { mirror, security: "" };
  }
  if (isOff || configured !== "") return { mirror, security: configured };
  const beside = securityBeside(mirror);
  if (beside === undefined) {
    const expected = `the URL of the mirror's security suite, or "${NO_SECURITY}" for builds without that suite`;
    wrong(KEY, expected, "nothing, and the URL of morgan:aptMirror does not end in /debian");
  }
  return { mirror, security: beside ?? "" };
}
