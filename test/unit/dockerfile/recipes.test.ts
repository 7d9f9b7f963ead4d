import { expect } from "chai";
import type { Instruction } from "../../../components/dockerfile/instruction.ts";
import { baseRecipe } from "../../../components/dockerfile/recipes/base.ts";
import { cudaDepsRecipe } from "../../../components/dockerfile/recipes/cuda-deps.ts";
import { haproxyRecipe } from "../../../components/dockerfile/recipes/haproxy.ts";
import { postgresRecipe } from "../../../components/dockerfile/recipes/postgres.ts";
import { redisRecipe } from "../../../components/dockerfile/recipes/redis.ts";
import { debianRegistryRecipe, upstreamRegistryRecipe } from "../../../components/dockerfile/recipes/registry.ts";
import { serviceDepsRecipe } from "../../../components/dockerfile/recipes/service-deps.ts";
import { serviceRecipe } from "../../../components/dockerfile/recipes/service.ts";
import { torchDepsRecipe } from "../../../components/dockerfile/recipes/torch-deps.ts";
import { renderDockerfile } from "../../../components/dockerfile/render.ts";
import { UNREAD_FILES } from "../../../components/dockerfile/excluded-files.ts";
import { PRIVATE, PUBLIC } from "../support/config.ts";

type Run = Extract<Instruction, { readonly kind: "run" }>;

const runs = (recipe: readonly Instruction[]): Run[] => recipe.filter((instruction) => instruction.kind === "run");
const python = [
  baseRecipe("r.txt", PRIVATE),
  cudaDepsRecipe("r.txt", PRIVATE),
  torchDepsRecipe("r.txt", PRIVATE),
  serviceDepsRecipe("r.txt", ["espeak-ng"], PRIVATE),
];
const debian = [
  debianRegistryRecipe(PRIVATE),
  haproxyRecipe(PRIVATE),
  postgresRecipe(PRIVATE),
  redisRecipe(PRIVATE),
  baseRecipe("r.txt", PRIVATE),
];

describe("a recipe", () => {
  it("installs Python packages from hashes and wheels alone, so that none is compiled and none is a surprise", () => {
    for (const recipe of python) {
      const install = runs(recipe).flatMap(({ commands }) =>
        commands.filter((line) => line.includes("uv pip install")),
      );
      expect(install).to.have.length(1);
      expect(install[0]).to.contain("--require-hashes").and.contain("--only-binary :all:").and.contain("--no-deps");
    }
  });

  it("keeps uv, its cache and a company's certificates in mounts, which are no part of a layer", () => {
    for (const recipe of python) {
      const install = runs(recipe).find(({ commands }) => commands.some((line) => line.includes("uv pip install")));
      const mounts = install?.mounts ?? [];
      expect(mounts).to.deep.include({ type: "bind", from: "tools", source: "/uv", target: "/run/uv" });
      expect(mounts).to.deep.include({ type: "cache", id: "uv", target: "/root/.cache/uv", sharing: "shared" });
      expect(mounts).to.deep.include({ type: "secret", id: "ca" });
      expect(mounts).to.deep.include({ type: "secret", id: "pypi-index", environment: "UV_DEFAULT_INDEX" });
      expect(mounts).to.deep.include({ type: "tmpfs", target: "/tmp" });
    }
  });

  it("removes what wheels bring and no service reads in the RUN that installs them, so that no layer holds it", () => {
    for (const recipe of python) {
      const install = runs(recipe).find(({ commands }) => commands.join().includes("uv pip install"));
      const [, after] = install?.commands.join("\n").split("/run/requirements.txt\n") ?? [];
      expect(after).to.contain("find /opt/venv/lib -type d -name tests -prune -exec rm -r {} +");
    }
    const [deps] = runs(serviceDepsRecipe("r.txt", [], PUBLIC));
    expect(deps?.commands.slice(-2)).to.deep.equal([
      "cd /opt/venv/lib/python3*/site-packages",
      `rm -rf ${UNREAD_FILES.join(" ")}`,
    ]);
  });

  it("names what it removes below site-packages, down to a folder of a package", () => {
    for (const path of UNREAD_FILES)
      expect(path)
        .to.match(/^[a-z]\w*(\/[\w.*]+)+$/)
        .and.not.contain("..");
  });

  it("keeps Debian's archives and lists in cache mounts, and removes what holds the time of the build", () => {
    for (const recipe of debian) {
      const install = runs(recipe).find(({ commands }) => commands.some((line) => line.includes("apt-get")));
      const caches = (install?.mounts ?? []).flatMap((mount) => (mount.type === "cache" ? mount.target : []));
      expect(caches).to.deep.equal(["/var/cache/apt", "/var/lib/apt"]);
      expect(install?.commands.at(-1)).to.match(/^rm -rf \/var\/log\/\* .*aux-cache/);
      expect(install?.commands.find((line) => line.includes(" install "))).to.contain("--no-install-recommends");
    }
  });

  it("asks for no secret where every package source is public", () => {
    for (const recipe of [
      baseRecipe("r.txt", PUBLIC),
      postgresRecipe(PUBLIC),
      serviceDepsRecipe("r.txt", ["a"], PUBLIC),
    ]) {
      expect(renderDockerfile(recipe)).not.to.match(/secret|SSL_CERT_FILE|CAInfo/);
    }
  });

  it("asks for each of a company's sources without the others", () => {
    const text = (sources: Partial<typeof PUBLIC>): string =>
      renderDockerfile(serviceDepsRecipe("r.txt", ["a"], { ...PUBLIC, ...sources }));
    const secrets = (dockerfile: string): string[] =>
      [...new Set([...dockerfile.matchAll(/type=secret,id=([\w-]+)/g)].map(([, id]) => id ?? ""))].sort();
    expect(secrets(text({ aptMirror: true }))).to.deep.equal(["apt-sources"]);
    expect(secrets(text({ pypiIndex: true }))).to.deep.equal(["pypi-index"]);
    expect(secrets(text({ certificates: true }))).to.deep.equal(["ca"]);
  });

  it("ends as a user that is not root, for all that runs", () => {
    const running = [
      serviceRecipe("core", 8000),
      haproxyRecipe(PUBLIC),
      postgresRecipe(PUBLIC),
      redisRecipe(PUBLIC),
      debianRegistryRecipe(PUBLIC),
      upstreamRegistryRecipe("registry@sha256:0"),
    ];
    for (const recipe of running) {
      const users = recipe.flatMap((instruction) => (instruction.kind === "user" ? instruction.user : []));
      expect(users.at(-1)).to.match(/^[1-9]\d*:[1-9]\d*$/);
    }
  });

  it("fetches no frontend, since no Dockerfile names one", () => {
    for (const recipe of [...python, ...debian, serviceRecipe("core", 8000)]) {
      expect(renderDockerfile(recipe))
        .to.match(/^FROM /)
        .and.not.match(/^# *syntax/m);
    }
  });

  it("copies a service's code last, so that a changed line is one small layer", () => {
    expect(serviceRecipe("core", 8000).at(-1)).to.deep.equal({ kind: "copy", source: ".", destination: "/app" });
  });
});
