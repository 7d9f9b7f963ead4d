import { expect } from "chai";
import { buildSecrets, packageSources } from "../../components/package-sources.ts";

const none = { aptMirror: "", pypiIndex: "", certificates: "" };
const all = {
  aptMirror: "http://apt.example.com/debian",
  pypiIndex: "https://pypi.example.com/simple",
  certificates: "PEM",
};

describe("package sources", () => {
  it("are the public ones where none is configured", () => {
    expect(packageSources(none)).to.deep.equal({ aptMirror: false, pypiIndex: false, certificates: false });
    expect(buildSecrets(none)).to.deep.equal({});
  });

  it("come to builds as secrets, apt's in the form of sources.list", () => {
    expect(packageSources(all)).to.deep.equal({ aptMirror: true, pypiIndex: true, certificates: true });
    expect(buildSecrets(all)).to.deep.equal({
      "apt-sources": "deb http://apt.example.com/debian bookworm main\n",
      "pypi-index": "https://pypi.example.com/simple",
      ca: "PEM",
    });
  });
});
