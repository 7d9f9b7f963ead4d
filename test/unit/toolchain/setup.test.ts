import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { environment } from "../../../toolchain/lib/environment.mjs";
import { withLock } from "../../../toolchain/lib/file-lock.mjs";
import { makeFolder } from "../../../toolchain/lib/files.mjs";
import { atLeast } from "../../../toolchain/lib/versions.mjs";
import { debianMirror, isDebian, preferencesFile } from "../../../toolchain/setup/apt.mjs";
import { checksumOf } from "../../../toolchain/setup/download.mjs";
import { decide } from "../../../toolchain/setup/base-images.mjs";
import { engineProblems } from "../../../toolchain/setup/engine-api.mjs";
import { withImageStore } from "../../../toolchain/setup/engine-start.mjs";
import { sameTree } from "../../../toolchain/setup/npm.mjs";
import { leaveOutLogs } from "../../../toolchain/setup/pulumi.mjs";
import { wheelFor } from "../../../toolchain/setup/uv.mjs";

const MIRROR = "http://mirror.example/debian";

describe("set-up", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "morgan-setup-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("takes Debian's mirror from either format of apt's sources, and not another vendor's", () => {
    expect(
      debianMirror(`deb https://vendor.example/repo stable main\ndeb [arch=amd64] ${MIRROR} trixie main`),
    ).to.equal(MIRROR);
    expect(debianMirror(`Types: deb\nURIs: ${MIRROR}-security\n\nTypes: deb\nURIs: ${MIRROR}\n`)).to.equal(MIRROR);
    expect(debianMirror("# deb http://old.example/debian stretch main")).to.equal(undefined);
  });

  it("takes packages of Debian testing on Debian alone, and not on Ubuntu, which is like Debian", () => {
    expect(isDebian('NAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n')).to.equal(true);
    expect(isDebian('ID="debian"')).to.equal(true);
    expect(isDebian("NAME=Ubuntu\nID=ubuntu\nID_LIKE=debian\n")).to.equal(false);
    expect(isDebian("ID=raspbian\nID_LIKE=debian\n")).to.equal(false);
  });

  it("lets only the engine's packages come from Debian testing", () => {
    expect(preferencesFile()).to.match(/^Package: \*\nPin: release a=testing\nPin-Priority: 100\n/);
    expect(preferencesFile()).not.to.contain("runc");
  });

  it("finds the npm packages installed if optional packages of other platforms are absent", () => {
    const wanted = { "": {}, "node_modules/a": { version: "1" }, "node_modules/b": { version: "1", optional: true } };
    expect(sameTree(wanted, { "node_modules/a": { version: "1" } })).to.equal(true);
    expect(sameTree(wanted, { "node_modules/a": { version: "2" } })).to.equal(false);
    expect(sameTree(wanted, { "node_modules/b": { version: "1" } })).to.equal(false);
    expect(sameTree(wanted, { "node_modules/a": { version: "1" }, "node_modules/c": { version: "1" } })).to.equal(
      false,
    );
  });

  it("names the change that an unsuitable engine needs", () => {
    const serving = engineProblems({
      ServerVersion: "28.5.2+dfsg4",
      DriverStatus: [["driver-type", "io.containerd.snapshotter.v1"]],
    });
    expect(serving).to.deep.equal([]);
    const [version, store] = engineProblems({
      ServerVersion: "24.0.7",
      DriverStatus: [["Backing Filesystem", "extfs"]],
    });
    expect(version).to.contain("24.0.7");
    expect(store).to.contain("containerd-snapshotter");
  });

  it("keeps the engine's other settings", () => {
    expect(withImageStore({ features: { buildkit: true } })).to.deep.equal({
      features: { "containerd-snapshotter": true, buildkit: true },
    });
  });

  it("compares versions by number", () => {
    expect(atLeast("3.259.0", "3.200.0")).to.equal(true);
    expect(atLeast("1.9", "1.21")).to.equal(false);
    expect(atLeast("1.21", "1.21")).to.equal(true);
    expect(atLeast("4.0.0-alpha.1", "3.200.0")).to.equal(true);
  });

  it("reads one file's checksum", () => {
    expect(checksumOf("b.tar.gz", "11  ab.tar.gz\n22 *b.tar.gz\n")).to.equal("22");
    expect(checksumOf("c.tar.gz", "11  ab.tar.gz\n")).to.equal(undefined);
  });

  it("leaves no incomplete download", async () => {
    const target = join(folder, "tool");
    const attempt = makeFolder(target, (part: string) => {
      writeFileSync(join(part, "file"), "");
      return Promise.reject(new Error("cut short"));
    });
    const message = await attempt.catch((error: unknown) => String(error));
    expect(message).to.contain("cut short");
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it("stops Pulumi's logs by a file in place of their folder, and removes earlier logs", () => {
    const logs = join(folder, "logs");
    mkdirSync(logs);
    writeFileSync(join(logs, "pulumi-up.log"), "");
    for (const time of ["first", "again"]) {
      leaveOutLogs({ pulumiHome: folder });
      expect(statSync(logs).isFile(), time).to.equal(true);
    }
  });

  it("takes over the file lock of a process that has ended", async () => {
    const lock = join(folder, "lock");
    writeFileSync(lock, "4194305");
    expect(await withLock(lock, () => Promise.resolve("done"))).to.equal("done");
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  for (const [named, recorded, reaches, makes, wanted] of [
    [undefined, undefined, true, true, "registry"],
    [undefined, undefined, false, true, "debian"],
    [undefined, undefined, false, false, undefined],
    [undefined, "debian", true, true, "debian"],
    [undefined, "debian", true, false, "registry"],
    [undefined, "debian", false, false, undefined],
    [undefined, "registry", false, true, "registry"],
    ["registry", "debian", false, false, "registry"],
    ["debian", "registry", true, true, "debian"],
  ] as const) {
    const world = `a registry that ${reaches ? "answers" : "is silent"} and ${makes ? "an" : "no"} mmdebstrap`;
    it(`records ${wanted ?? "nothing"} with ${world}, after ${recorded ?? "nothing"}, if the user names ${named ?? "nothing"}`, async () => {
      const facts = {
        named,
        recorded,
        reachesRegistry: () => Promise.resolve(reaches),
        makesDebian: () => Promise.resolve(makes),
      };
      expect(await decide(facts)).to.equal(wanted);
    });
  }

  it("refuses Debian's base images that the user names and that cannot be made", async () => {
    const no = (): Promise<boolean> => Promise.resolve(false);
    const facts = { named: "debian", recorded: undefined, reachesRegistry: no, makesDebian: no };
    expect(await decide(facts).catch(String)).to.include("missing: mmdebstrap");
  });

  it("takes uv for builds from the wheel of the engine's platform", () => {
    expect(wheelFor("x86_64", "linux-x64")).to.equal(undefined);
    expect(wheelFor("aarch64", "linux-arm64")).to.equal(undefined);
    expect(wheelFor("x86_64", "darwin-arm64")?.tag).to.equal("manylinux_2_17_x86_64");
    expect(wheelFor("aarch64", "darwin-arm64")?.platform).to.equal("linux-arm64");
    expect(wheelFor("aarch64", "linux-x64")?.platform).to.equal("linux-arm64");
    expect(wheelFor("riscv64", "linux-x64")).to.equal(undefined);
  });

  it("names a backend in a folder whose name has special characters by its URL", () => {
    const { PULUMI_BACKEND_URL: url } = environment({
      root: "/repo/a%2Fb #c?d",
      env: { HOME: folder, PATH: "/usr/bin" },
    });
    expect(url).to.equal("file:///repo/a%252Fb%20%23c%3Fd/.morgan/state?metadata=skip");
  });

  it("keeps variables that the user has set", () => {
    const ours = environment({ root: "/repo", env: { HOME: folder, PATH: "/usr/bin" } });
    expect(ours).to.include({
      PULUMI_BACKEND_URL: "file:///repo/.morgan/state?metadata=skip",
      BUILDX_NO_DEFAULT_ATTESTATIONS: "1",
    });
    const own = { HOME: folder, PATH: "/usr/bin", PULUMI_BACKEND_URL: "s3://states", NODE_COMPILE_CACHE: "/cache" };
    expect(environment({ root: "/repo", env: own })).not.to.have.any.keys(
      "PULUMI_BACKEND_URL",
      "PULUMI_CONFIG_PASSPHRASE_FILE",
      "NODE_COMPILE_CACHE",
    );
  });

  it("makes plugins trust the private CA, too, after the program has stored its certificates", () => {
    const root = join(folder, "project");
    const of = (env: NodeJS.ProcessEnv): string | undefined =>
      environment({ root, env: { HOME: folder, PATH: "/usr/bin", ...env } })["SSL_CERT_DIR"];
    expect(of({})).to.equal(undefined);
    const ours = join(root, ".morgan/certs");
    mkdirSync(ours, { recursive: true });
    expect(of({})).to.equal(`${ours}:/etc/ssl/certs:/etc/pki/tls/certs`);
    expect(of({ SSL_CERT_DIR: "/own" })).to.equal(`${ours}:/own`);
    expect(of({ SSL_CERT_DIR: `${ours}:/own` }), "set already").to.equal(`${ours}:/own`);
  });
});
