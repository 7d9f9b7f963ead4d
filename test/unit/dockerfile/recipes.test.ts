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
const python = Object.entries({
  base: baseRecipe("r.txt", PRIVATE),
  "cuda-deps": cudaDepsRecipe("r.txt", PRIVATE),
  "torch-deps": torchDepsRecipe("r.txt", PRIVATE),
  "service-deps": serviceDepsRecipe("r.txt", ["espeak-ng"], PRIVATE),
});
const debian = Object.entries({
  registry: debianRegistryRecipe(PRIVATE),
  haproxy: haproxyRecipe(PRIVATE),
  postgres: postgresRecipe(PRIVATE),
  redis: redisRecipe(PRIVATE),
  base: baseRecipe("r.txt", PRIVATE),
});

describe("a recipe of Python packages", () => {
  for (const [name, recipe] of python) {
    it(`${name} installs only wheels with hashes, and compiles nothing`, () => {
      const install = runs(recipe).flatMap(({ commands }) =>
        commands.filter((line) => line.includes("uv pip install")),
      );
      expect(install).to.have.length(1);
      expect(install[0]).to.contain("--require-hashes").and.contain("--only-binary :all:").and.contain("--no-deps");
    });

    it(`${name} keeps uv, its cache and a company's certificates in mounts, outside the layer`, () => {
      const install = runs(recipe).find(({ commands }) => commands.some((line) => line.includes("uv pip install")));
      const mounts = install?.mounts ?? [];
      expect(mounts).to.deep.include({ type: "bind", from: "tools", source: "/uv", target: "/run/uv" });
      expect(mounts).to.deep.include({ type: "cache", id: "uv", target: "/root/.cache/uv", sharing: "shared" });
      expect(mounts).to.deep.include({ type: "secret", id: "ca" });
      expect(mounts).to.deep.include({ type: "secret", id: "pypi-index", environment: "UV_DEFAULT_INDEX" });
      expect(mounts).to.deep.include({ type: "tmpfs", target: "/tmp" });
    });

    it(`${name} removes the tests of packages in the RUN that installs them, so that no layer holds them`, () => {
      const install = runs(recipe).find(({ commands }) => commands.join().includes("uv pip install"));
      const [, after] = install?.commands.join("\n").split("/run/requirements.txt\n") ?? [];
      expect(after).to.contain("find /opt/venv/lib -type d -name tests -prune -exec rm -r {} +");
    });
  }

  it("service-deps removes the files that no service reads in its last commands", () => {
    const [deps] = runs(serviceDepsRecipe("r.txt", [], PUBLIC));
    expect(deps?.commands.slice(-2)).to.deep.equal([
      "cd /opt/venv/lib/python3*/site-packages",
      `rm -rf ${UNREAD_FILES.join(" ")}`,
    ]);
  });

  it("removes paths inside the folder of one package alone", () => {
    for (const path of UNREAD_FILES)
      expect(path)
        .to.match(/^[a-z]\w*(\/[\w.*]+)+$/)
        .and.not.contain("..");
  });
});

describe("a recipe of Debian packages", () => {
  for (const [name, recipe] of debian) {
    it(`${name} keeps archives and lists in cache mounts, and removes files with the time of the build`, () => {
      const install = runs(recipe).find(({ commands }) => commands.some((line) => line.includes("apt-get")));
      const caches = (install?.mounts ?? []).flatMap((mount) => (mount.type === "cache" ? mount.target : []));
      expect(caches).to.deep.equal(["/var/cache/apt", "/var/lib/apt"]);
      expect(install?.commands.at(-1)).to.match(/^rm -rf \/var\/log\/\* .*aux-cache/);
      expect(install?.commands.find((line) => line.includes(" install "))).to.contain("--no-install-recommends");
    });
  }
});

describe("a recipe", () => {
  for (const [name, recipe] of Object.entries({
    base: baseRecipe("r.txt", PUBLIC),
    postgres: postgresRecipe(PUBLIC),
    "service-deps": serviceDepsRecipe("r.txt", ["a"], PUBLIC),
  })) {
    it(`${name} needs no secret but certificates if every package source is public`, () => {
      const secrets = [...renderDockerfile(recipe).matchAll(/type=secret,id=([\w-]+)/g)].map(([, id]) => id);
      expect([...new Set(secrets)]).to.deep.equal(["ca", "ca-2", "ca-3", "ca-4"]);
    });
  }

  for (const [source, secret] of [
    ["aptMirror", "apt-sources"],
    ["pypiIndex", "pypi-index"],
  ] as const) {
    it(`service-deps needs the secret ${secret} beside certificates if only ${source} is a company's own`, () => {
      const dockerfile = renderDockerfile(serviceDepsRecipe("r.txt", ["a"], { ...PUBLIC, [source]: true }));
      const secrets = [...dockerfile.matchAll(/type=secret,id=([\w-]+)/g)].map(([, id]) => id);
      expect([...new Set(secrets)].filter((id) => !id?.startsWith("ca"))).to.deep.equal([secret]);
    });
  }

  for (const [name, recipe] of Object.entries({
    service: serviceRecipe("core", 8000),
    haproxy: haproxyRecipe(PUBLIC),
    postgres: postgresRecipe(PUBLIC),
    redis: redisRecipe(PUBLIC),
    "registry from Debian": debianRegistryRecipe(PUBLIC),
    "registry from upstream": upstreamRegistryRecipe(
      { debian: "debian@sha256:0", registry: "registry@sha256:0" },
      PUBLIC,
    ),
  })) {
    it(`${name} ends as a user that is not root`, () => {
      const users = recipe.flatMap((instruction) => (instruction.kind === "user" ? instruction.user : []));
      expect(users.at(-1)).to.match(/^[1-9]\d*:[1-9]\d*$/);
    });
  }

  it("names no frontend, so that BuildKit fetches none", () => {
    for (const [name, recipe] of [...python, ...debian, ["service", serviceRecipe("core", 8000)] as const]) {
      expect(renderDockerfile(recipe), name)
        .to.match(/^FROM /)
        .and.not.match(/^# *syntax/m);
    }
  });

  it("copies a service's code last, so that a changed line is one small layer", () => {
    expect(serviceRecipe("core", 8000).at(-1)).to.deep.equal({ kind: "copy", source: ".", destination: "/app" });
  });
});
