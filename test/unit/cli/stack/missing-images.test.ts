import { expect } from "chai";
import { withMissingImages } from "../../../../cli/stack/missing-images.ts";
import type { Engine } from "../../../../components/engine/engine.ts";
import { fakeEngine } from "../../support/config.ts";
import { useHttpServer } from "../../support/http-server.ts";
import { useFolder } from "../../support/project.ts";
import { DEV } from "../../support/stacks.ts";
import { useVariable } from "../../support/variable.ts";
import { usePrograms } from "../../support/programs.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const OTHER = `sha256:${"b".repeat(64)}`;

describe("an up with --refresh", () => {
  const project = useFolder();
  const programs = usePrograms(project);
  /** Digests in the registry, by tag. */
  const tags = new Map<string, string>();
  const setHost = useVariable("DOCKER_HOST");
  let engine: Engine;
  const host = useHttpServer(({ method, url = "" }, response) => {
    const [, repository, tag = ""] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url) ?? [];
    const digest = repository === "morgan/images" && method === "HEAD" ? tags.get(tag) : undefined;
    response.writeHead(digest === undefined ? 404 : 200, { "docker-content-digest": digest ?? "" }).end();
  });
  beforeEach(() => {
    for (const name of ["core.dev", "debian.dev"]) tags.set(name, DIGEST);
    inEngine(true);
    recorded(host());
  });

  const inEngine = (has: boolean | Error): void => {
    engine = fakeEngine({ hasImage: () => (has instanceof Error ? Promise.reject(has) : Promise.resolve(has)) });
  };
  const recorded = (where: string, ...more: readonly object[]): void => {
    const stage = (name: string, more: object = {}): object => ({
      urn: `urn:${name}`,
      type: "docker-build:index:Image",
      inputs: { tags: [`${where}/morgan/images:${name}.dev`] },
      outputs: { digest: DIGEST },
      ...more,
    });
    const script = (name: string, image: string): object => ({
      urn: `urn:${name}`,
      type: "command:local:Command",
      inputs: { environment: { MORGAN_IMAGE: image } },
      outputs: { stdout: DIGEST },
    });
    const resources = [
      stage("core"),
      stage("replaced", { delete: true }),
      script("debian", `${where}/morgan/images:debian.dev`),
      script("gateway-config", `${where}/morgan/images:haproxy.dev@${DIGEST}`),
      script("registry-image", "morgan.invalid/registry:0123"),
      { urn: "urn:redis-password", type: "command:local:Command", inputs: {}, outputs: { stdout: "x" } },
      { urn: "urn:stack" },
      ...more,
    ];
    project.write("state.json", JSON.stringify({ deployment: { resources } }));
    programs.write("pulumi", "cat state.json");
  };
  /** The flags of each deployment that followed. */
  const deployments = async (code = 0, onDeploy: () => void = () => undefined): Promise<readonly string[][]> => {
    const flags: string[][] = [];
    const ended = await withMissingImages(engine, DEV, (more) => {
      flags.push([...more]);
      onDeploy();
      return Promise.resolve(code);
    });
    expect(ended).to.equal(code);
    return flags;
  };

  it("makes nothing again if every image is there", async () => {
    expect(await deployments()).to.deep.equal([[]]);
  });

  it("makes an image again that is gone from the registry or the engine, or that its tag no longer names", async () => {
    tags.delete("core.dev");
    expect(await deployments(3)).to.deep.equal([["--replace=urn:core"]]);
    tags.set("core.dev", OTHER);
    tags.delete("debian.dev");
    inEngine(false);
    expect(await deployments()).to.deep.equal([
      ["--replace=urn:core", "--replace=urn:debian", "--replace=urn:registry-image"],
    ]);
  });

  it("makes the registry's image again that an older checkout has named without a host", async () => {
    recorded(host(), {
      urn: "urn:old",
      type: "command:local:Command",
      inputs: { environment: { MORGAN_IMAGE: "morgan/registry:0123" } },
    });
    inEngine(false);
    expect(await deployments()).to.deep.equal([["--replace=urn:registry-image", "--replace=urn:old"]]);
  });

  const copy = (repository: string): object => ({
    urn: "urn:copy",
    type: "command:local:Command",
    inputs: {
      environment: {
        MORGAN_COPIES: ["core", "llm"]
          .map((name) => `a.b/dev/images@${DIGEST} ${repository}:${name}.dev ${DIGEST} kept`)
          .join("\n"),
      },
    },
  });

  it("repeats the copy of images, once for all of them, if the registry has lost one", async () => {
    recorded(host(), copy(`${host()}/morgan/images`));
    tags.set("llm.dev", DIGEST);
    expect(await deployments()).to.deep.equal([[]]);
    tags.set("llm.dev", OTHER);
    expect(await deployments()).to.deep.equal([["--replace=urn:copy"]]);
    recorded(host(), copy("harbor.example.com/prod/images"));
    expect(await deployments(), "where only the copy itself can ask").to.deep.equal([["--replace=urn:copy"]]);
  });

  it("checks a registry that was gone when it is back, and deploys once more if it is empty", async () => {
    recorded("127.0.0.1:9");
    const flags = await deployments(0, () => {
      tags.delete("core.dev");
      recorded(host());
    });
    expect(flags).to.deep.equal([[], ["--replace=urn:core"]]);
  });

  it("lets the copy check its images once, even if it deploys once more", async () => {
    const copied = copy("harbor.example.com/prod/images");
    recorded("127.0.0.1:9", copied);
    const flags = await deployments(0, () => {
      tags.delete("core.dev");
      recorded(host(), copied);
    });
    expect(flags).to.deep.equal([["--replace=urn:copy"], ["--replace=urn:core"]]);
  });

  it("leaves images alone that it cannot check, or that the provider checks itself", async () => {
    recorded("127.0.0.1:9");
    expect(await deployments()).to.deep.equal([[]]);
    recorded("harbor.example.com");
    inEngine(new Error("connect ENOENT"));
    expect(await deployments()).to.deep.equal([[]]);
  });

  it("asks a remote engine for the images of its loopback registry, and not this machine", async () => {
    const before = process.env["DOCKER_HOST"];
    setHost("tcp://gpu:2375");
    const known = new Map([[`${host()}/morgan/images:core.dev`, DIGEST]]);
    engine = fakeEngine({ registryDigest: (name) => Promise.resolve(known.get(name)) });
    const [first] = await deployments();
    setHost(before);
    expect(first).to.deep.equal(["--replace=urn:debian"]);
  });
});
