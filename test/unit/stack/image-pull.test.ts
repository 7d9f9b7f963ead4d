import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { Engine } from "../../../components/engine/engine.ts";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { MorganStack } from "../../../components/stack.ts";
import { FACTS, fakeEngine, NO_PROFILE, stackConfig, type ConfigChanges } from "../support/config.ts";
import { useProject } from "../support/project.ts";
import { recordFailure } from "../support/registrations.ts";
import { secretPaths } from "../support/wire.ts";

const registry = { kind: "remote", host: "harbor.example.com", project: "team" } as const;
const network = { ...NO_PROFILE, registry: { user: "ci", password: pulumi.secret("canary") } };

interface Run {
  readonly pulled: readonly (readonly [string, unknown])[];
  readonly containers: readonly string[];
  readonly errors: readonly unknown[];
  readonly secrets: readonly string[];
}

/** Runs the stack on an engine that has these images and no others. */
async function run(has: (reference: string) => boolean, config: ConfigChanges, preview = false): Promise<Run> {
  const pulled: [string, unknown][] = [];
  const engine: Partial<Engine> = {
    imageSize: (reference) => Promise.resolve({ compressed: 1, unpacked: has(reference) ? 1 : 0 }),
    pull: (reference, login) => {
      pulled.push([reference, login]);
      return reference.includes("llm") ? Promise.reject(new Error("connect: connection refused")) : Promise.resolve();
    },
  };
  const { registrations, errors } = await recordFailure(
    () =>
      new MorganStack("morgan", {
        config: stackConfig(config),
        engine: fakeEngine(engine),
        facts: FACTS,
        gpuPlan: NO_GPU,
      }),
    { preview },
  );
  return {
    pulled,
    containers: registrations.names("container"),
    errors,
    secrets: registrations.of("container").flatMap(({ wire }) => secretPaths(wire).filter((path) => path === "image")),
  };
}

describe("an image that the engine does not have", () => {
  useProject();

  it("is pulled from the registry with the login, before its container is created", async () => {
    const { pulled, containers, errors, secrets } = await run((reference) => !reference.includes("vad"), {
      images: { registry },
      network,
      services: ["vad"],
    });
    expect(errors).to.deep.equal([]);
    expect(pulled).to.have.length(1);
    expect(pulled[0]?.[0]).to.match(/^harbor\.example\.com\/team\/images:vad\.dev@sha256:/);
    expect(pulled[0]?.[1]).to.deep.equal({ user: "ci", password: "canary" });
    expect(containers).to.include("vad");
    expect(secrets, "a name of an image is no secret").to.deep.equal([]);
  });

  it("fails its own service with the host and the setting, and creates no container", async () => {
    const { containers, errors } = await run(() => false, { images: { registry }, network, services: ["llm"] });
    expect(containers).not.to.include("llm");
    expect(errors.map(String).join()).to.contain("harbor.example.com").and.contain("morgan:registry");
  });

  it("is left to the provider without a login, and in a preview", async () => {
    expect((await run(() => false, { images: { registry }, services: ["vad"] })).pulled).to.deep.equal([]);
    expect((await run(() => false, { images: { registry }, network, services: ["vad"] }, true)).pulled).to.deep.equal(
      [],
    );
  });
});
