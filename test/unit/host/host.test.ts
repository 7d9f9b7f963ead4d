import { once } from "node:events";
import { realpathSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { thisHost } from "../../../components/host/host.ts";
import { useFolder } from "../support/project.ts";

describe("the machine", () => {
  const project = useFolder();
  const host = thisHost({ host: "", certificates: "" });
  before(() => {
    project.write("folder/file", "text");
  });

  it("distinguishes folders, files and missing paths", () => {
    expect(
      ["folder", "folder/file", "folder/none", "folder/file/below"].map((path) => host.isFolder(path)),
    ).to.deep.equal([true, false, false, false]);
    expect(["folder", "folder/file", "folder/none", ""].map((path) => host.isFile(path))).to.deep.equal([
      false,
      true,
      false,
      false,
    ]);
  });

  it("reads a file that exists", () => {
    expect(host.readText("folder/file")).to.equal("text");
    expect(host.readText("folder/none")).to.equal(undefined);
  });

  it("lists a folder of sources, and reports one that lies elsewhere", () => {
    const { entries } = { entries: [], ...host.sources("folder") };
    expect(entries).to.deep.equal([{ kind: "file", path: "file", executable: false }]);
    symlinkSync("folder", "link");
    symlinkSync("..", "folder/tests");
    expect(host.sources("link")).to.deep.equal({ elsewhere: join(realpathSync("."), "folder") });
    expect(host.sources("folder/tests/folder")).to.have.property("elsewhere");
  });

  it("has a name and addresses, and finds out at which of them a program can listen", async () => {
    expect(host.name).to.equal(hostname());
    expect(host.addresses()).to.include("127.0.0.1");
    for (const address of host.addresses()) expect(await host.tryListen(address, 0), address).to.equal(undefined);
    expect(await host.tryListen("192.0.2.1", 0)).to.equal("EADDRNOTAVAIL");
  });

  it("reports if a program listens on a port", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect(await host.tryListen("127.0.0.1", port)).to.equal("EADDRINUSE");
    expect(await host.tryListen("0.0.0.0", port)).to.equal("EADDRINUSE");
    expect(await host.tryListen("127.0.0.2", port)).to.equal(undefined);
    server.close();
    await once(server, "close");
    expect(await host.tryListen("127.0.0.1", port)).to.equal(undefined);
  });
});
