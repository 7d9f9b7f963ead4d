import { join } from "node:path";
import { expect } from "chai";
import { uvForBuilds } from "../../../components/config/machine.ts";

describe("the uv program for builds", () => {
  const uv = join("/cache", "uv", "uv");

  it("is the machine's own if the engine has the same platform", () => {
    expect(uvForBuilds({ platform: "linux-x64", uv }, "amd64")).to.equal(uv);
    expect(uvForBuilds({ platform: "linux-arm64", uv }, "arm64")).to.equal(uv);
  });

  it("is one of the engine's platform beside it otherwise", () => {
    expect(uvForBuilds({ platform: "darwin-arm64", uv }, "arm64")).to.equal(join("/cache/uv/linux-arm64/uv"));
    expect(uvForBuilds({ platform: "win32-x64", uv }, "amd64")).to.equal(join("/cache/uv/linux-x64/uv"));
    expect(uvForBuilds({ platform: "linux-x64", uv }, "arm64")).to.equal(join("/cache/uv/linux-arm64/uv"));
  });

  it("is unknown if set-up has installed none", () => {
    expect(uvForBuilds({ platform: "darwin-arm64", uv: "" }, "arm64")).to.equal("");
  });
});
