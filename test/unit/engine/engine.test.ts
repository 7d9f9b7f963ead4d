import { expect } from "chai";
import { useFolder } from "../support/project.ts";
import { engineAt } from "../support/config.ts";
import { useEngineServer } from "../support/engine-server.ts";

const CONTAINERS = [
  {
    Id: "c1",
    ImageID: "sha256:1",
    State: "running",
    Labels: { "morgan.stack": "dev", "morgan.role": "gateway" },
    Ports: [
      { IP: "127.0.0.1", PrivatePort: 8080, PublicPort: 8081, Type: "tcp" },
      { PrivatePort: 9000, Type: "tcp" },
    ],
  },
  { Id: "c2", ImageID: "sha256:2", State: "exited", Labels: null, Ports: null },
];
const IMAGE = {
  Manifests: [
    { Size: { Content: 100 }, ImageData: { Size: { Unpacked: 250 } } },
    { Size: { Content: 20 }, ImageData: { Size: { Unpacked: 30 } } },
    { Size: { Content: 3 } },
  ],
};

/** Answers of the engine, by path. A string is sent as it is. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  "/version": { Version: "28.5.2", ApiVersion: "1.51" },
  "/info": {
    ID: "e1",
    Name: "box",
    ServerVersion: "28.5.2",
    Architecture: "x86_64",
    NCPU: 2,
    SecurityOptions: ["name=seccomp,profile=builtin"],
    CDISpecDirs: ["/etc/cdi"],
    Runtimes: { nvidia: { path: "nvidia-container-runtime" }, runc: { path: "runc" } },
    DiscoveredDevices: [
      { Source: "cdi", ID: "nvidia.com/gpu=0" },
      { Source: "cdi", ID: "nvidia.com/gpu=GPU-a" },
      { Source: "cdi", ID: "vendor.com/nic=0" },
    ],
  },
  [`/containers/json?all=true&filters=${encodeURIComponent('{"label":[],"publish":[]}')}`]: CONTAINERS,
  [`/containers/json?all=true&filters=${encodeURIComponent('{"label":["a=b","c=d"],"publish":["80","8081"]}')}`]:
    CONTAINERS.slice(0, 1),
  "/containers/good/json": { State: { Health: { Status: "healthy" } } },
  "/containers/plain/json": { State: {} },
  "/containers/page/json": "<html>",
  [`/images/${encodeURIComponent("localhost:5000/m/core:dev@sha256:0")}/json?manifests=true`]: IMAGE,
};

describe("the engine", () => {
  const project = useFolder();
  const engineHere = useEngineServer(project, ({ url = "" }, response) => {
    const answer = ANSWERS[url];
    response.statusCode = url.includes("broken") ? 500 : answer === undefined ? 404 : 200;
    response.end(typeof answer === "string" ? answer : JSON.stringify(answer ?? { message: "no such thing" }));
  });

  it("reports its names, its version, its architecture, its processors, and that it runs with root", async () => {
    const facts = { id: "e1", name: "box", version: "28.5.2", architecture: "amd64", processors: 2, isRootless: false };
    expect(await engineHere().facts()).to.deep.equal(facts);
  });

  it("reports the ways in which it gives GPUs to containers", async () => {
    expect(await engineHere().gpuSupport()).to.deep.equal({
      cdiDevices: ["0", "GPU-a"],
      cdiFolders: ["/etc/cdi"],
      runtimes: ["nvidia", "runc"],
    });
  });

  it("lists containers with their image, their labels and the host's ports that lead to them", async () => {
    const labels = { "morgan.stack": "dev", "morgan.role": "gateway" };
    const engine = engineHere();
    expect(await engine.containers({})).to.deep.equal([
      { id: "c1", image: "sha256:1", running: true, labels, published: [{ address: "127.0.0.1", port: 8081 }] },
      { id: "c2", image: "sha256:2", running: false, labels: {}, published: [] },
    ]);
    expect(await engine.containers({ labels: { a: "b", c: "d" }, publishedPorts: [80, 8081] })).to.have.length(1);
  });

  it("reports the health of a container, that it has no health check, or that it is gone", async () => {
    const engine = engineHere();
    expect([await engine.health("good"), await engine.health("plain"), await engine.health("missing")]).to.deep.equal([
      "healthy",
      "none",
      "gone",
    ]);
  });

  it("reports the compressed and the unpacked size of an image", async () => {
    const engine = engineHere();
    expect(await engine.imageSize("localhost:5000/m/core:dev@sha256:0")).to.deep.equal({
      compressed: 123,
      unpacked: 280,
    });
    expect(await engine.imageSize("missing")).to.deep.equal({ compressed: 0, unpacked: 0 });
  });

  const failure = async (action: Promise<unknown>): Promise<string> =>
    action.then(
      () => "no error",
      (error: unknown) => String(error),
    );

  it("fails with the reason if it cannot be reached", async () => {
    expect(await failure(engineAt("unix:///nowhere/engine.sock").facts())).to.contain("ENOENT");
  });

  it("fails with its own message if it refuses", async () => {
    expect(await failure(engineHere().health("broken")))
      .to.contain("500")
      .and.contain("no such thing");
  });

  it("fails if another program listens there", async () => {
    expect(await failure(engineHere().health("page")))
      .to.contain("/containers/page/json")
      .and.contain("<html>");
  });
});
