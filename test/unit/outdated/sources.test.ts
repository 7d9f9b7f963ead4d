import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { newestReleases, upgradesIn, type PackageNetwork } from "../../../components/outdated/sources.ts";
import { LOGGED_IN } from "../support/config.ts";
import { publicNetwork } from "../support/package-network.ts";
import { usePrograms } from "../support/programs.ts";
import { useProject } from "../support/project.ts";

describe("the sources of newer releases", () => {
  const project = useProject();
  const programs = usePrograms(project);
  let runs = 0;

  const network = (changes: Partial<PackageNetwork> = {}): PackageNetwork => {
    const work = join(project.folder, `work-${String(++runs)}`);
    mkdirSync(work);
    return publicNetwork(work, changes);
  };

  it("resolve all packages at once, for the platform of the images", async () => {
    programs.write("uv", `cat >input; echo 'numpy==2.4.0'; echo 'redis==9.0.0'`);
    const { found, missing } = await newestReleases({ numpy: "2.3.0", redis: "9.0.0" }, network());
    expect([found, missing]).to.deep.equal([{ numpy: "2.4.0", redis: "9.0.0" }, {}]);
    expect(readFileSync("input", "utf8")).to.equal("numpy>=2.3.0\nredis>=9.0.0\n");
    const [call, ...more] = programs.called();
    expect(more).to.deep.equal([]);
    expect(call).to.match(/^uv pip compile --python-version=3.11 .*--only-binary=:all: --no-deps .* -$/);
  });

  it("resolve each package alone if the index lacks one, and name that one", async () => {
    programs.write(
      "uv",
      `read -r line; if [ "$line" = "numpy>=2.3.0" ] && ! read -r more; then echo numpy==2.4.0; exit 0; fi
echo "  × No solution found when resolving dependencies:" >&2
echo "  ╰─▶ Because own was not found in the package registry, it cannot be used." >&2
echo "hint: an index" >&2; exit 1`,
    );
    const { found, missing } = await newestReleases({ numpy: "2.3.0", own: "1.0" }, network());
    expect(found).to.deep.equal({ numpy: "2.4.0" });
    expect(missing).to.deep.equal({ own: "Because own was not found in the package registry, it cannot be used." });
  });

  it("fail with uv's reason if the index gives no answer, after one try", async () => {
    programs.called();
    programs.write("uv", `echo "error: Failed to fetch: https://index.example.com/" >&2; exit 2`);
    const error: unknown = await newestReleases({ a: "1", b: "2" }, network()).catch((thrown: unknown) => thrown);
    expect(String(error)).to.include("Failed to fetch: https://index.example.com/");
    expect(programs.called()).to.have.lengthOf(1);
  });

  it("reach the index with the login, the proxy and the CA, none of which is on a command line", async () => {
    programs.write("uv", `env | grep -E '^(UV_|HTTPS_PROXY|SSL_CERT)' | sort >variables; cat >/dev/null`);
    const secrets = {
      "pypi-index": "morgan=https://index.example.com/simple",
      "pypi-extra-index": "extra=https://index.example.com/more",
      "pypi-user": "reader",
      "pypi-password": "canary-password",
    };
    const access = { caBundle: "", aptSources: "", aptAuth: "", proxy: "http://proxy.example.com:3128", noProxy: "" };
    const made = network({ sources: LOGGED_IN, secrets, access, certificates: "the company's certificate" });
    await newestReleases({ a: "1" }, made);
    const variables = readFileSync("variables", "utf8");
    for (const line of [
      "UV_DEFAULT_INDEX=morgan=https://index.example.com/simple",
      "UV_INDEX=extra=https://index.example.com/more",
      "UV_INDEX_MORGAN_USERNAME=reader",
      "UV_INDEX_MORGAN_PASSWORD=canary-password",
      "UV_INDEX_EXTRA_PASSWORD=canary-password",
      "HTTPS_PROXY=http://proxy.example.com:3128",
      `SSL_CERT_FILE=${join(made.work, "index-ca.pem")}`,
    ])
      expect(variables).to.include(`${line}\n`);
    expect(readFileSync(join(made.work, "index-ca.pem"), "utf8")).to.include("the company's certificate");
    expect(programs.called().join()).not.to.include("canary");
  });

  it("run apt in builds, and parse what it would upgrade in each image", async () => {
    const inst = "Inst libssl3 [3.0.15-1~deb12u1] (3.0.17-1~deb12u2 Debian:12.11/stable [amd64])";
    programs.write(
      "docker",
      `cat >dockerfile; for word in "$@"; do case "$word" in type=local,dest=*) out="\${word#*dest=}";; esac; done
mkdir -p "$out"; printf 'Reading package lists...\\n${inst}\\nInst new (1.0 Debian:12 [amd64])\\nConf libssl3\\n' >"$out/core"; : >"$out/redis"`,
    );
    const refs = { core: "r/images@sha256:01", redis: "r/images@sha256:02" };
    const access = {
      caBundle: "",
      aptSources: "deb https://mirror.example.com/debian bookworm main\n",
      aptAuth: "machine https://mirror.example.com login a password canary-word\n",
      proxy: "",
      noProxy: "",
    };
    programs.called();
    expect(await upgradesIn(refs, network({ access, sources: LOGGED_IN }))).to.deep.equal({
      core: [{ name: "libssl3", from: "3.0.15-1~deb12u1", to: "3.0.17-1~deb12u2" }],
      redis: undefined,
    });
    expect(readFileSync("dockerfile", "utf8")).to.include("FROM r/images@sha256:01 AS core").and.not.include("canary");
    const [call = ""] = programs.called();
    expect(call)
      .to.match(/^docker buildx build --builder default --no-cache .*--secret id=apt-auth,src=/)
      .and.not.include("canary");
  });

  it("fail with the reason of the build, and build nothing without images", async () => {
    programs.write("docker", `echo "ERROR: failed to solve: mirror.example.com: no such host" >&2; exit 1`);
    const error: unknown = await upgradesIn({ core: "r@sha256:01" }, network()).catch((thrown: unknown) => thrown);
    expect(String(error)).to.include("failed to solve: mirror.example.com: no such host");
    programs.called();
    expect(await upgradesIn({}, network())).to.deep.equal({});
    expect(programs.called()).to.deep.equal([]);
  });
});
