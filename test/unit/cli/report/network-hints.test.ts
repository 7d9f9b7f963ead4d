import { expect } from "chai";
import { networkHints } from "../../../../cli/report/network-hints.ts";

const IMAGE = "harbor.example.com:8443/team/images:llm.dev";
const UPLOAD = "https://harbor.example.com:8443/v2/team/images/blobs/uploads/1?_state=2";

describe("hints on the network", () => {
  const hint = (log: string): string =>
    networkHints(`#12 pushing layers\n${log}\n`, "./morgan up --stack prod").join("\n");

  it("name the registry of a push that broke off, and the setting", () => {
    const messages = [
      `ERROR: failed to push ${IMAGE}: failed to do request: Head "${UPLOAD}": dial tcp 10.0.0.1:8443: connect: connection refused`,
      `ERROR: failed to build: failed to solve: failed to do request: Put "${UPLOAD}": EOF`,
      `ERROR: failed to push ${IMAGE}: unexpected status from PUT request to ${UPLOAD}: 500 Internal Server Error`,
    ];
    for (const message of messages) {
      expect(hint(message), message).to.match(/^the registry at harbor\.example\.com:8443 .*morgan:registry/);
    }
    expect(hint(messages[0] ?? ""))
      .to.contain("cannot be reached")
      .and.contain("./morgan up --stack prod");
    expect(hint(messages[2] ?? "")).to.contain("full disk");
  });

  it("name the index and the mirror", () => {
    expect(
      hint(
        "error: Failed to fetch: `https://pypi.example.com/simple/fastapi/`\n  Caused by: HTTP status client error (401 Unauthorized)",
      ),
    )
      .to.match(/^the Python package index at pypi\.example\.com .*morgan:pypiIndex/)
      .and.contain("refuses the credentials");
    expect(
      hint("#6 1.6 Err:2 https://apt.example.com/debian bookworm Release\n#6 1.6   certificate verification failed"),
    )
      .to.match(/^the Debian mirror at apt\.example\.com .*morgan:aptMirror/)
      .and.contain("certificate");
  });

  it("are none for a build that failed by itself", () => {
    expect(hint('ERROR: process "/bin/sh -c false" did not complete successfully: exit code: 1')).to.equal("");
  });
});
