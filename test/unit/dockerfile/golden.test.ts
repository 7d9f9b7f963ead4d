import type { Instruction } from "../../../components/dockerfile/instruction.ts";
import { baseRecipe } from "../../../components/dockerfile/recipes/base.ts";
import { cudaDepsRecipe } from "../../../components/dockerfile/recipes/cuda-deps.ts";
import { debianRecipe } from "../../../components/dockerfile/recipes/debian.ts";
import { haproxyRecipe } from "../../../components/dockerfile/recipes/haproxy.ts";
import { postgresRecipe } from "../../../components/dockerfile/recipes/postgres.ts";
import { redisRecipe } from "../../../components/dockerfile/recipes/redis.ts";
import { debianRegistryRecipe, upstreamRegistryRecipe } from "../../../components/dockerfile/recipes/registry.ts";
import { serviceDepsRecipe } from "../../../components/dockerfile/recipes/service-deps.ts";
import { serviceRecipe } from "../../../components/dockerfile/recipes/service.ts";
import { toolsRecipe } from "../../../components/dockerfile/recipes/tools.ts";
import { torchDepsRecipe } from "../../../components/dockerfile/recipes/torch-deps.ts";
import { renderDockerfile } from "../../../components/dockerfile/render.ts";
import { upgradesDockerfile } from "../../../components/dockerfile/upgrades.ts";
import type { PackageSources } from "../../../components/network/profile.ts";
import { LOGGED_IN, PRIVATE, PUBLIC } from "../support/config.ts";
import { expectGolden } from "../support/golden.ts";

/** Recipes that install something, and so depend on where packages come from. */
const INSTALLING: Readonly<Record<string, (sources: PackageSources) => readonly Instruction[]>> = {
  base: (sources) => baseRecipe("requirements.txt", sources),
  "cuda-deps": (sources) => cudaDepsRecipe("requirements.txt", sources),
  "torch-deps": (sources) => torchDepsRecipe("requirements.txt", sources),
  "service-deps": (sources) => serviceDepsRecipe("requirements.txt", [], sources),
  "service-deps-packages": (sources) => serviceDepsRecipe("requirements.txt", ["espeak-ng", "libsndfile1"], sources),
  "registry-debian": debianRegistryRecipe,
  redis: redisRecipe,
  haproxy: haproxyRecipe,
  postgres: postgresRecipe,
};

const OTHERS: Readonly<Record<string, readonly Instruction[]>> = {
  debian: debianRecipe(),
  "registry-upstream": upstreamRegistryRecipe(
    { debian: "registry.example.com/debian@sha256:0123", registry: "registry.example.com/registry@sha256:4567" },
    PUBLIC,
  ),
  service: serviceRecipe("core", 8000),
  tools: toolsRecipe(),
};

describe("the whole Dockerfile of", () => {
  for (const [name, recipe] of Object.entries(INSTALLING)) {
    it(`${name} is the expected one with public package sources`, () => {
      expectGolden(`${name}.Dockerfile`, renderDockerfile(recipe(PUBLIC)));
    });
    it(`${name} is the expected one within a company's network`, () => {
      expectGolden(`${name}-private.Dockerfile`, renderDockerfile(recipe(PRIVATE)));
    });
    it(`${name} is the expected one if every source requires a login`, () => {
      expectGolden(`${name}-login.Dockerfile`, renderDockerfile(recipe(LOGGED_IN)));
    });
  }
  for (const [name, sources] of Object.entries({ upgrades: PUBLIC, "upgrades-login": LOGGED_IN })) {
    it(`${name} is the expected one`, () => {
      const refs = ["core", "redis"].map((image) => [image, `registry.example.com/images@sha256:${image}`] as const);
      expectGolden(`${name}.Dockerfile`, upgradesDockerfile(refs, sources));
    });
  }
  for (const [name, recipe] of Object.entries(OTHERS)) {
    it(`${name} is the expected one`, () => {
      expectGolden(`${name}.Dockerfile`, renderDockerfile(recipe));
    });
  }
});
