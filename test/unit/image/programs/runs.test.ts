import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { useHttpServer } from "../../support/http-server.ts";
import { useFolder } from "../../support/project.ts";
import { usePrograms } from "../../support/programs.ts";

const PROGRAMS = new URL("../../../../components/", import.meta.url);
const DIGEST = `sha256:${"d".repeat(64)}`;

/** Writes down what a build reads: its Dockerfile and its secrets. Then it writes a digest into the metadata file. */
const DOCKER = `
case "$*" in *"buildx build"*) cat >dockerfile;; *) cat >input;; esac
metadata=
for argument; do
  case $argument in id=*,src=*) cat "\${argument#*src=}" >"secret-$(echo "$argument" | sed 's/id=//;s/,.*//')";; esac
  [ "$metadata" != next ] || { printf '{"containerimage.digest":"${DIGEST}"}' >"$argument"; metadata=; }
  [ "$argument" != --metadata-file ] || metadata=next
done
echo "shown by the client"
env | grep ^DOCKER_CONFIG= >config || true`;
const MMDEBSTRAP = `
[ "$1" != --version ] || exit 0
printf '%s' "$http_proxy" >proxy
mkdir -p root/etc/apt/apt.conf.d
for argument; do
  case $argument in
    --setup-hook=*) sh -c "\${argument#*=}" hook root && cp -r root/etc/apt access;;
    --customize-hook=*) sh -c "\${argument#*=}" hook root;;
    */rootfs.tar) echo files >"$argument";;
  esac
done`;

const TASK = {
  dockerfile: "FROM scratch\n",
  sourceDateEpoch: "1",
  access: { caBundle: "ca.pem", aptSources: "deb x\n", aptAuth: "machine x\n", proxy: "http://p:1", noProxy: "a" },
};

describe("a program that a command runs", () => {
  const project = useFolder();
  const programs = usePrograms(project);
  let architecture = process.arch === "x64" ? "amd64" : process.arch;
  const images = new Set<string>();

  const engine = useHttpServer(({ url = "" }, response) => {
    const image = /^\/images\/(.+)\/json/.exec(url)?.[1];
    if (url === "/info") response.end(JSON.stringify({ ID: "e1", Architecture: architecture }));
    else if (image !== undefined && images.has(decodeURIComponent(image))) response.end(`{"Id":"${DIGEST}"}`);
    else response.writeHead(404).end("{}");
  });
  before(() => {
    programs.write("docker", DOCKER);
    programs.write("mmdebstrap", MMDEBSTRAP);
    project.write("ca.pem", "PEM\n");
    project.write("home/.docker/config.json", "{}");
  });

  const run = async (path: string, task: unknown, variables: Readonly<Record<string, string>>, ...args: string[]) => {
    const env = {
      ...process.env,
      DOCKER_HOST: `tcp://${engine()}`,
      DOCKER_CONFIG: "",
      HOME: join(project.folder, "home"),
      MORGAN_CACHE: join(project.folder, "cache"),
      ...variables,
    };
    const child = spawn(process.execPath, [fileURLToPath(new URL(path, PROGRAMS)), ...args], { env });
    child.stdin.end(typeof task === "string" ? task : JSON.stringify(task));
    const ended = once(child, "exit");
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    await ended;
    return { code: child.exitCode, stdout, stderr, calls: programs.called() };
  };
  const left = (): string[] => readdirSync(tmpdir()).filter((name) => /^morgan-\w{6}$/.test(name));

  it("builds the registry's image with its secrets in files, and removes the files", async () => {
    const before = left();
    const { code, stderr, calls } = await run("image/programs/registry-image.ts", TASK, {
      MORGAN_IMAGE: "morgan/registry:1",
    });
    expect(code, stderr).to.equal(0);
    expect(calls.join()).to.match(/docker buildx build --builder default .*--load --tag morgan\/registry:1 /);
    expect(readFileSync("dockerfile", "utf8")).to.equal(TASK.dockerfile);
    expect(readFileSync("secret-ca", "utf8")).to.equal("PEM\n");
    expect(readFileSync("secret-apt-auth", "utf8")).to.equal("machine x\n");
    expect(left()).to.have.members(before);
  });

  it("has its files in the folder of its run, if there is one, so that they go even if it is killed", async () => {
    const own = join(project.folder, "run-1");
    const folderOf = async (MORGAN_TMPDIR: string): Promise<string | undefined> => {
      const { calls } = await run("image/programs/registry-image.ts", TASK, { MORGAN_IMAGE: "r:3", MORGAN_TMPDIR });
      return /id=ca,src=(\S+)\/morgan-\w+\/ca/.exec(calls.join())?.[1];
    };
    expect(await folderOf(own), "a folder that is not there").to.equal(tmpdir());
    mkdirSync(own);
    expect(await folderOf(own)).to.equal(own);
    expect(readdirSync(own)).to.deep.equal([]);
  });

  it("builds no registry's image that the engine has", async () => {
    images.add("morgan/registry:2");
    const { code, calls } = await run("image/programs/registry-image.ts", TASK, { MORGAN_IMAGE: "morgan/registry:2" });
    expect([code, calls]).to.deep.equal([0, []]);
  });

  it("makes the root file system once, and prints the digest of the Debian image alone", async () => {
    const login = { host: "r.example.com", user: "ci", password: "canary" };
    const rootfs = { key: "0123" };
    const task = { ...TASK, rootfs, repository: "r.example.com/m/images", builder: "default", login };
    for (const made of [1, 0]) {
      const { code, stdout, stderr, calls } = await run("image/programs/debian-image.ts", task, {
        MORGAN_IMAGE: "r.example.com/m/images:debian.dev",
      });
      expect(code, stderr).to.equal(0);
      expect(stdout).to.equal(`${DIGEST}\n`);
      expect(calls.filter((call) => call.includes("bookworm"))).to.have.length(made);
      expect(calls.join()).not.to.include("canary");
    }
    expect(existsSync(`cache/debian-0123${process.arch === "x64" ? "" : `-${process.arch}`}/rootfs.tar`)).to.equal(
      true,
    );
    expect(readFileSync("proxy", "utf8")).to.equal("http://p:1");
    const access = (name: string): string => readFileSync(join("access", name), "utf8");
    expect(access("apt.conf.d/99morgan-access")).to.match(
      /CAInfo "\S+\/morgan\/ca.pem";\n.*netrc "\S+\/morgan\/auth.conf"/,
    );
    expect(access("morgan/ca.pem")).to.match(/PEM\n$/);
    expect(access("morgan/auth.conf")).to.equal("machine x\n");
    expect(readdirSync("root/etc/apt", { recursive: true })).to.deep.equal(["apt.conf.d"]);
    expect(readFileSync("config", "utf8")).to.match(/^DOCKER_CONFIG=.+docker$/m);
  });

  it("refuses a root file system of another architecture without a stack trace", async () => {
    const native = architecture;
    architecture = "riscv64";
    const task = { ...TASK, rootfs: { key: "0124" }, repository: "r/m", builder: "default" };
    const { code, stderr } = await run("image/programs/debian-image.ts", task, { MORGAN_IMAGE: "r/m:debian" });
    architecture = native;
    expect(code).to.equal(1);
    expect(stderr).to.match(/^the root file system of linux\/riscv64 cannot be made on /);
    expect(stderr).not.to.match(/^\s+at /m);
  });

  it("copies nothing that is everywhere", async () => {
    images.add("t:a-r1");
    const { code, stderr, calls } = await run(
      "image/programs/copy-images.ts",
      {},
      {
        MORGAN_COPIES: `s@${DIGEST} t:a ${DIGEST} t:a-r1`,
      },
    );
    expect(code, stderr).to.equal(0);
    expect(calls).to.include("docker tag t:a-r1 t:a");
  });

  it("gives a role's password to psql on its standard input, after the role has no other privilege", async () => {
    const { code, calls } = await run("deploy/backing/set-role-password.ts", "pw\npw\n", { MORGAN_CONTAINER: "c1" });
    expect(code).to.equal(0);
    const psql = "docker exec -i c1 psql --no-psqlrc --quiet -U admin -d morgan -c";
    const steps = calls.join("\n").split(`${psql} `).slice(1);
    expect(steps).to.have.length(3);
    expect(steps[0]).to.equal("select 1\n");
    expect(steps[1]).to.include("alter role morgan login nosuperuser");
    expect(steps[2]).to.equal("\\password morgan");
    expect(readFileSync("input", "utf8")).to.equal("pw\npw\n");
  });
});
