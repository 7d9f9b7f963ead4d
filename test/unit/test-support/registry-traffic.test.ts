import { expect } from "chai";
import { parseAccessLog } from "../../integration/support/registry-traffic.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;
const line = (method: string, target: string, status: number): string =>
  `172.17.0.1 - - [01/Jan/2026:00:00:00 +0000] "${method} ${target} HTTP/1.1" ${String(status)} 0 "" "buildkit/v0.0-dev"`;

describe("the writes in a registry's access log", () => {
  const blobs = "/v2/morgan/dev/core/blobs";

  it("are finished uploads, mounted blobs and manifests", () => {
    const log = [
      line("POST", `${blobs}/uploads/`, 202),
      line("PATCH", `${blobs}/uploads/1?_state=x`, 202),
      line("PUT", `${blobs}/uploads/1?_state=x%3D&digest=sha256%3A${"0".repeat(64)}`, 201),
      line("POST", `${blobs}/uploads/?mount=${DIGEST}&from=morgan/dev/base`, 201),
      line("PUT", "/v2/morgan/dev/core/manifests/dev-cache", 201),
    ].join("\n");
    expect(parseAccessLog(log)).to.deep.equal({
      uploads: [{ repository: "morgan/dev/core", digest: DIGEST }],
      mounts: [{ repository: "morgan/dev/core", digest: DIGEST, from: "morgan/dev/base" }],
      manifests: [{ repository: "morgan/dev/core", reference: "dev-cache" }],
    });
  });

  it("do not include reads, refused requests and unfinished uploads", () => {
    const log = [
      "not a line of it",
      `time="…" level=error msg="…" http.request.uri="${blobs}/${DIGEST}"`,
      line("HEAD", `${blobs}/${DIGEST}`, 200),
      line("GET", "/v2/morgan/dev/core/manifests/dev", 200),
      line("POST", `${blobs}/uploads/?mount=${DIGEST}&from=morgan/dev/gone`, 202),
      line("PUT", "/v2/morgan/dev/core/manifests/dev", 400),
      "",
    ].join("\n");
    expect(parseAccessLog(log)).to.deep.equal({ uploads: [], mounts: [], manifests: [] });
  });
});
