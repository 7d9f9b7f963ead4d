import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { GATEWAY_FOLDER } from "../../../../components/catalog/image-contract.ts";
import { createGatewayFiles } from "../../../../components/deploy/gateway/config-volume.ts";
import { fakeEngine, IDENTITY } from "../../support/config.ts";
import { record, type Registrations } from "../../support/registrations.ts";
import { at, secretPaths, texts } from "../../support/wire.ts";

const STACK = {
  identity: IDENTITY,
  filesImage: "debian",
  protectData: false,
  passwordRevision: "",
  adoptedVolumes: {},
  processors: 4,

  manifests: new Map(),
  engine: fakeEngine(),
};

class Parent extends pulumi.ComponentResource {
  constructor(contents: Readonly<Record<string, pulumi.Input<string>>>) {
    super("morgan:test:Parent", "parent");
    createGatewayFiles(this, "gateway", { stack: STACK, gatewayRef: "haproxy@sha256:1", contents });
  }
}

const CONFIG = `${GATEWAY_FOLDER}/haproxy.cfg`;
const files = (changes: Readonly<Record<string, pulumi.Input<string>>> = {}): Promise<Registrations> =>
  record(() => new Parent({ [CONFIG]: "global\n", ...changes }));

describe("the gateway's files", () => {
  it("are copied to the gateway's volume, and checked with the gateway's image", async () => {
    const all = await files();
    expect(at(all.get("container", "gateway-files").inputs, "uploads.0.file")).to.equal(CONFIG);
    const { inputs, dependsOn } = all.get("command", "gateway-config");
    expect(inputs["environment"]).to.deep.equal({
      MORGAN_IMAGE: "haproxy@sha256:1",
      MORGAN_HOLDER: "morgan-dev-gateway-files-0123456",
      MORGAN_VOLUME: "morgan-dev-gateway-config-0123456",
      MORGAN_FOLDER: GATEWAY_FOLDER,
      MORGAN_HOST_NAME: "gateway",
    });
    expect(dependsOn).to.include.members(["gateway-files", "gateway-config"]);
  });

  it("are in no command, and are encrypted in the state", async () => {
    const all = await files({ [`${GATEWAY_FOLDER}/token`]: pulumi.secret("the token") });
    expect(texts(all.get("command", "gateway-config").inputs).join()).not.to.include("the token");
    expect(secretPaths(all.get("container", "gateway-files").wire)).to.deep.equal(["uploads.1.content"]);
  });
});
