import { expect } from "chai";
import fc from "fast-check";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { MorganStack } from "../../../components/stack.ts";
import { testCatalog } from "../../unit/support/catalog.ts";
import { bakeFile } from "../../bench/side-by-side/bake.ts";
import { composeFile } from "../../bench/side-by-side/compose.ts";
import { definitionsOf } from "../../bench/side-by-side/definitions.ts";
import { FACTS, DEBIAN, fakeEngine, stackConfig, UPSTREAM } from "../../unit/support/config.ts";
import { useProject } from "../../unit/support/project.ts";
import { record } from "../../unit/support/registrations.ts";
import { at, plain, type Plain } from "../../unit/support/wire.ts";

const PLACES = { repository: "127.0.0.1:5101/bake", folder: "/bench" };

const configuration = fc.record({
  services: fc.subarray(Object.keys(testCatalog), { minLength: 1 }),
  accelerator: fc.constantFrom("cpu" as const, "cuda" as const),
  source: fc.constantFrom(DEBIAN, UPSTREAM),
  registry: fc.constantFrom(
    { kind: "local" as const, port: 5101 },
    { kind: "remote" as const, host: "a.b", project: "c" },
  ),
});

describe("the definitions for other tools", () => {
  useProject();

  it("contain every stage and container of the program once, and refer only to these", async () => {
    await fc.assert(
      fc.asyncProperty(configuration, async (changes) => {
        const program = await record(
          () =>
            new MorganStack("morgan", {
              config: stackConfig(changes),
              engine: fakeEngine(),
              facts: FACTS,
              gpuPlan: NO_GPU,
            }),
        );
        const stages = program.names("image");
        const running = program.of("container").filter(({ inputs }) => inputs["start"] !== false);
        const definitions = definitionsOf(program);
        expect(definitions.stages.map(({ name }) => name)).to.have.members(stages);
        expect(definitions.services.map(({ name }) => name)).to.have.members(running.map(({ name }) => name));

        const targets = entries(at(bakeFile(definitions.stages, PLACES), "target"));
        expect(targets.map(([name]) => name)).to.have.members(stages);
        for (const [name, target] of targets) expectResolved(name, target, "contexts", "target:", targets);

        const composed = entries(at(composeFile(definitions, PLACES), "services"));
        const images = composed.map(([, service]) => at(service, "image")).filter(isOurs);
        expect(images).to.have.members(stages.map((stage) => `${PLACES.repository}/${stage}:latest`));
        const started = composed.filter(([, service]) => at(service, "scale") !== 0).map(([name]) => name);
        expect(started).to.have.members(running.map(({ name }) => name));
        for (const [name, service] of composed) {
          expectResolved(name, service, "build.additional_contexts", "service:", composed);
          for (const [after] of entries(at(service, "depends_on"))) expect(started, name).to.include(after);
        }
      }),
      { numRuns: 8 },
    );
  });
});

/** Checks that each image that a Dockerfile is built on or mounts from is a named context, with a folder or an image. */
function expectResolved(
  name: string,
  entry: Plain,
  path: string,
  scheme: string,
  all: readonly [string, Plain][],
): void {
  const contexts = entries(at(entry, path));
  const found = entry["dockerfile-inline"] ?? at(entry, "build.dockerfile_inline");
  const dockerfile = typeof found === "string" ? found : "";
  const used = [...dockerfile.matchAll(/^FROM (\S+)$|,from=([^,\s]+)/gm)].map(([, from, mounted]) => from ?? mounted);
  const named = used.filter((stage) => stage !== "scratch" && stage?.includes("@") === false);
  expect(
    contexts.map(([key]) => key),
    name,
  ).to.have.members([...new Set(named)]);
  for (const [, location] of contexts as unknown as [string, string][]) {
    if (location.startsWith(scheme)) expect(all.map(([key]) => key)).to.include(location.slice(scheme.length));
    else expect(location).to.match(/^docker-image:\/\/\S+@sha256:[0-9a-f]{64}$/);
  }
}

function isOurs(image: unknown): boolean {
  return String(image).startsWith(PLACES.repository);
}

function entries(value: unknown): [string, Plain][] {
  return Object.entries(plain(value ?? {})) as [string, Plain][];
}
