import { existsSync, readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { registryCaPath, trustRegistry } from "../../../components/network/registry-trust.ts";
import { useFolder } from "../support/project.ts";

const remote = { images: { registry: { kind: "remote" } }, network: { certificates: "PEM" } };
const mocks = { newResource: () => ({ id: "", state: {} }), call: () => ({}) };

describe("trust in a registry", () => {
  const project = useFolder();
  const left = (): boolean => existsSync(".morgan/certs/ca.pem");
  beforeEach(async () => {
    project.remove(".morgan");
    await pulumi.runtime.setMocks(mocks, "morgan", "dev", false);
  });

  it("is written to the folder that engines read, beside the files of others", () => {
    const host = "harbor.example.com:8443";
    expect(registryCaPath(host, "/etc")).to.equal(`/etc/docker/certs.d/${host}/morgan-ca.crt`);
    expect(registryCaPath(host, "/home/ada/.config")).to.equal(
      `/home/ada/.config/docker/certs.d/${host}/morgan-ca.crt`,
    );
  });

  it("is kept for the plugins of later runs", () => {
    trustRegistry(undefined, remote);
    expect(readFileSync(".morgan/certs/ca.pem", "utf8")).to.equal("PEM");
    trustRegistry(undefined, { ...remote, network: { certificates: "OTHER" } });
    expect(readFileSync(".morgan/certs/ca.pem", "utf8")).to.equal("OTHER");
  });

  it("is not written in a preview, for the stack's own registry, or without certificates", async () => {
    trustRegistry(undefined, { ...remote, images: { registry: { kind: "local" } } });
    trustRegistry(undefined, { ...remote, network: { certificates: "" } });
    expect(left()).to.equal(false);
    await pulumi.runtime.setMocks(mocks, "morgan", "dev", true);
    trustRegistry("certs/morgan-ca.crt", remote);
    expect(left()).to.equal(false);
    expect(existsSync("certs/morgan-ca.crt")).to.equal(false);
  });
});
