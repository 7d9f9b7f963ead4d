import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import fc from "fast-check";
import { Gateway, type GatewayArgs } from "../../../../components/deploy/gateway/gateway.ts";
import { fakeEngine, IDENTITY, stackConfig } from "../../../unit/support/config.ts";
import { record } from "../../../unit/support/registrations.ts";
import { at, secretPaths } from "../../../unit/support/wire.ts";

const ARGS: GatewayArgs = {
  ref: "haproxy",
  stack: {
    identity: IDENTITY,
    filesImage: "debian",
    protectData: false,
    passwordRevision: "",
    adoptedVolumes: {},
    processors: 4,

    manifests: new Map(),
    engine: fakeEngine(),
  },
  networks: [],
  routes: [{ name: "core", port: 8000 }],
  published: "core",
  config: stackConfig().gateway,
};

/** Texts that would mean something in HAProxy's configuration, if they came into it. */
const text = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.constantFrom("a\nfrontend open\n  bind :1", "' } or { always_true", '"', "\\", "%[env(HOME)]", "# ", "${HOME}"),
);

/** The gateway's files by path, and where the secrets among them are. */
async function filesOf(token: string, certificate: string, key: string): Promise<[Map<string, string>, string[]]> {
  const args = { ...ARGS, config: { ...ARGS.config, token: pulumi.secret(token), tls: { certificate, key } } };
  const container = (await record(() => new Gateway("gateway", args))).get("container", "gateway-files");
  const uploads = at(container.inputs, "uploads") as readonly { file: string; content: string }[];
  return [new Map(uploads.map(({ file, content }) => [file, content])), secretPaths(container.wire)];
}

describe("the gateway's secrets", () => {
  it("change only one digest in its configuration", async () => {
    const config = "/usr/local/etc/haproxy/haproxy.cfg";
    const [usual] = await filesOf("token", "certificate", "key");
    const digest = (token: string): string => createHash("sha256").update(token).digest("hex").toUpperCase();
    await fc.assert(
      fc.asyncProperty(text, text, text, async (token, certificate, key) => {
        const [files, secrets] = await filesOf(token, certificate, key);
        expect(files.get(config)).to.equal(usual.get(config)?.replace(digest("token"), digest(token)));
        expect(files.get("/usr/local/etc/haproxy/tls.pem")).to.equal(`${certificate}\n${key}`);
        expect(secrets).to.deep.equal(["uploads.0.content", "uploads.1.content"]);
      }),
      { numRuns: 30 },
    );
  });
});
