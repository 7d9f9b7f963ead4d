import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { writeAccess } from "../../../../components/image/programs/access.ts";
import { pushDebian } from "../../../../components/image/programs/debian.ts";
import { makeRootfs, rootfsName } from "../../../../components/image/programs/rootfs.ts";
import { messageOf } from "../../../../components/lib/errors.ts";
import { useFolder } from "../../support/project.ts";
import { FakeProgram } from "../../support/programs-run.ts";

const PUBLIC = { caBundle: "", aptSources: "", aptAuth: "", proxy: "", noProxy: "" };
const TASK = {
  dockerfile: "FROM scratch\n",
  rootfs: { key: "0123" },
  repository: "127.0.0.1:5101/morgan/images",
  builder: "default",
  access: PUBLIC,
  sourceDateEpoch: "1",
};
const BUILT = `sha256:${"b".repeat(64)}`;
const EARLIER = `sha256:${"e".repeat(64)}`;

describe("the program of the Debian image", () => {
  const project = useFolder();
  const push = async (previous: string, inRegistry: boolean) => {
    const docker = new FakeProgram((call) => {
      if (call.startsWith("buildx imagetools inspect")) return { code: inRegistry ? 0 : 1 };
      writeFileSync("metadata.json", JSON.stringify({ "containerimage.digest": BUILT }));
      return undefined;
    });
    const made: string[] = [];
    const rootfs = ({ key }: { readonly key: string }): Promise<string> => {
      made.push(key);
      return Promise.resolve("cached");
    };
    const place = { work: project.folder, buildArguments: ["--build-arg", "a=b"], rootfs };
    return {
      digest: await pushDebian(TASK, `${TASK.repository}:debian.dev`, previous, place, docker.run),
      made,
      docker,
    };
  };

  it("pushes the root file system, and returns the image's digest", async () => {
    const { digest, made, docker } = await push("", true);
    expect(digest).to.equal(BUILT);
    expect(made).to.deep.equal(["0123"]);
    expect(docker.calls).to.have.length(1);
    expect(docker.calls[0]).to.match(
      /^buildx build --builder default .*--build-arg a=b .*,push=true,.* --file - cached$/,
    );
    expect(docker.inputs).to.deep.equal([TASK.dockerfile]);
  });

  it("keeps the image of an earlier run, so that another machine's root file system does not replace it", async () => {
    const { digest, made, docker } = await push(EARLIER, true);
    expect(digest).to.equal(EARLIER);
    expect(made).to.deep.equal([]);
    expect(docker.calls).to.deep.equal([`buildx imagetools inspect --raw ${TASK.repository}@${EARLIER}`]);
  });

  it("makes the image again if the registry has lost it", async () => {
    expect((await push(EARLIER, false)).digest).to.equal(BUILT);
  });
});

describe("a root file system", () => {
  useFolder();
  const make = (architecture: string, platform = "linux-x64"): Promise<string> =>
    makeRootfs(TASK.rootfs, { cache: "cache", platform, architecture }, {}, "1");

  it("has the engine's architecture in its name; amd64 keeps the name from before", () => {
    expect(rootfsName(TASK.rootfs, "amd64")).to.equal("0123");
    expect(rootfsName(TASK.rootfs, "arm64")).to.equal("0123-arm64");
  });

  it("is taken from the cache on any machine", async () => {
    mkdirSync("cache/debian-0123", { recursive: true });
    writeFileSync("cache/debian-0123/rootfs.tar", "files");
    expect(await make("amd64", "darwin-arm64")).to.equal(join("cache", "debian-0123"));
  });

  it("is not made for another architecture or on another system, and the error tells what to do", async () => {
    for (const made of [make("arm64"), make("arm64", "darwin-arm64")]) {
      const message = await made.then(() => "", messageOf);
      expect(message).to.match(/linux\/arm64 cannot be made on .*baseImages registry/);
    }
  });
});

describe("the way to packages", () => {
  const project = useFolder();

  it("is in files that only the user can read, however large the certificates are", () => {
    const certificates = "C".repeat(300_000);
    const access = { ...PUBLIC, aptSources: "deb x\n", aptAuth: "machine x", proxy: "http://p", noProxy: "a,b" };
    const { buildArguments, variables } = writeAccess(access, certificates, project.folder);
    expect(buildArguments.filter((_, index) => index % 2 === 1)).to.deep.equal([
      `id=ca,src=${join(project.folder, "ca")}`,
      `id=apt-sources,src=${join(project.folder, "apt-sources")}`,
      `id=apt-auth,src=${join(project.folder, "apt-auth")}`,
      "http_proxy=http://p",
      "https_proxy=http://p",
      "no_proxy=a,b",
    ]);
    expect(readFileSync(join(project.folder, "ca"), "utf8")).to.equal(`${certificates}\n`);
    expect(statSync(join(project.folder, "apt-auth")).mode & 0o777).to.equal(0o600);
    expect(JSON.stringify(variables)).not.to.include("machine x");
    expect(variables).to.include({ MORGAN_CA_FILE: join(project.folder, "ca"), MORGAN_PROXY: "http://p" });
    expect(readFileSync(variables["MORGAN_MIRROR"] ?? "", "utf8")).to.equal("deb x\n");
  });

  it("is no file and no argument on the public network", () => {
    expect(writeAccess(PUBLIC, "", "/nowhere").buildArguments).to.deep.equal([]);
  });
});
