import { expect } from "chai";
import { checkLock } from "../../../components/requirements/lock-check.ts";
import { CERTIFICATE_SECRETS } from "../../../components/network/certificates.ts";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { roleLabels } from "../../../components/engine/labels.ts";
import { MorganStack } from "../../../components/stack.ts";
import { bakeFile } from "../../bench/side-by-side/bake.ts";
import { composeFile } from "../../bench/side-by-side/compose.ts";
import { configurationFrom } from "../../bench/side-by-side/configuration.ts";
import { definitionsOf, builtOn, type Definitions } from "../../bench/side-by-side/definitions.ts";
import { DEPENDENCIES, entryOf, withDependency } from "../../bench/side-by-side/dependency.ts";
import { executedIn } from "../../bench/side-by-side/steps.ts";
import { describeResults, type Measurement } from "../../bench/side-by-side/table.ts";
import { FACTS, fakeEngine, NO_PROFILE, stackConfig, IDENTITY } from "../support/config.ts";
import { useProject } from "../support/project.ts";
import { record } from "../support/registrations.ts";
import { readShippedRequirements as read } from "../support/shipped.ts";
import { at } from "../support/wire.ts";

const PLACES = { repository: "127.0.0.1:5101/compose", folder: "/bench" };

describe("the definitions for other tools", () => {
  useProject();
  let definitions: Definitions;
  before(async () => {
    const config = stackConfig({
      network: { ...NO_PROFILE, certificates: "PEM" },
      images: { registry: { kind: "remote", host: "a.b", project: "c" } },
    });
    definitions = definitionsOf(
      await record(
        () =>
          new MorganStack("morgan", {
            config,
            identity: IDENTITY,
            engine: fakeEngine(),
            facts: FACTS,
            gpuPlan: NO_GPU,
          }),
      ),
    );
  });

  it("run a container as the program runs it", () => {
    const core = at(composeFile(definitions, PLACES), "services.core");
    expect(core).to.deep.include({
      image: `${PLACES.repository}/core:latest`,
      user: "10001:10001",
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      init: true,
      mem_limit: "512m",
      memswap_limit: "512m",
      cpus: "1.0",
      stop_grace_period: "35s",
      depends_on: { redis: { condition: "service_healthy" }, postgres: { condition: "service_healthy" } },
      labels: roleLabels(IDENTITY, "core"),
    });
    expect(at(core, "healthcheck.start_interval")).to.equal("200ms");
    expect(at(core, "environment")).to.include("MORGAN_TTS_URL=http://gateway:8002");
  });

  it("give a container its configuration and passwords as files, and its data as a volume", () => {
    const file = composeFile(definitions, PLACES);
    expect(at(file, "services.postgres.configs")).to.deep.include({
      source: "postgres-0",
      target: "/run/secrets/password",
    });
    expect(at(file, "configs.postgres-0")).to.deep.equal({ file: "/bench/files/postgres-0" });
    const [data] = at(file, "services.postgres.volumes") as readonly object[];
    expect(data).to.include({ type: "volume", source: "postgres-data", target: "/var/lib/postgresql/data" });
    expect(at(file, "volumes")).to.have.all.keys("postgres-data", "redis-data");
    const [gateway] = definitions.services.find(({ name }) => name === "gateway")?.files ?? [];
    expect(gateway?.content).to.contain("frontend");
  });

  it("build a stage with the same values and secrets as the program", () => {
    const base = at(bakeFile(definitions.stages, PLACES), "target.base");
    expect(base).to.deep.include({
      args: { SOURCE_DATE_EPOCH: "1704067200" },
      secret: CERTIFICATE_SECRETS.map((id) => `id=${id},src=/bench/secrets/${id}`),
      tags: [`${PLACES.repository}/base:latest`],
    });
    expect(at(composeFile(definitions, PLACES), "services.base.build.secrets")).to.deep.equal([...CERTIFICATE_SECRETS]);
    for (const [stage, runs] of Object.entries({ base: false, core: true, redis: true })) {
      expect(String(at(bakeFile(definitions.stages, PLACES), `target.${stage}.output.0`))).to.contain(`store=${runs},`);
    }
  });

  it("use an existing image in place of an image that the program makes", () => {
    const debian = `127.0.0.1:5101/c/debian@sha256:${"0".repeat(64)}`;
    const changed = builtOn(definitions, "debian", debian);
    expect(at(bakeFile(changed.stages, PLACES), "target.base.contexts.debian")).to.equal(`docker-image://${debian}`);
    expect(at(bakeFile(changed.stages, PLACES), "target.base.contexts.tools")).to.equal("target:tools");
  });

  it("keep a dollar and text that looks like an expression", () => {
    const [tools] = definitions.stages;
    if (tools === undefined) throw new Error("there is no stage");
    const stages = [{ ...tools, dockerfile: 'RUN echo "$A ${B} %{C}"' }];
    const baked = at(bakeFile(stages, PLACES), `target.${tools.name}.dockerfile-inline`);
    expect(baked).to.equal('RUN echo "$A $${B} %%{C}"');
    const composed = at(
      composeFile({ stages, services: [] }, PLACES),
      `services.${tools.name}.build.dockerfile_inline`,
    );
    expect(composed).to.equal('RUN echo "$$A $${B} %{C}"');
  });

  it("fail on an input of a container that they cannot express", () => {
    const [first, ...others] = definitions.services;
    if (first === undefined) throw new Error("there is no service");
    const odd = { ...first, inputs: { ...first.inputs, shmSize: 64 } };
    expect(() => composeFile({ ...definitions, services: [odd, ...others] }, PLACES)).to.throw(
      `shmSize of ${first.name}`,
    );
  });
});

describe("a package that the benchmark adds to tts", () => {
  it("comes from the tests' lock with its hashes, and results in a current lock", () => {
    for (const name of DEPENDENCIES) {
      const entry = entryOf(read("dev.txt") ?? "", name);
      expect(entry).to.match(/^[a-z-]+==\S+( \\\n +--hash=sha256:[0-9a-f]{64})+$/);
      expect(read("tts-cpu.txt")).not.to.contain(entry);
      const { input, lock } = withDependency("tts-cpu", entry, read);
      const changed = (file: string): string | undefined =>
        file === "tts-cpu.in" ? input : file === "tts-cpu.txt" ? lock : read(file);
      expect(checkLock("tts-cpu", changed)).to.deep.equal([]);
    }
  });

  it("must be in the lock", () => {
    expect(() => entryOf(read("dev.txt") ?? "", "no-such-package")).to.throw("no-such-package");
  });
});

describe("the steps that a build has executed", () => {
  const run = (digest: string, changes: object): object => ({ digest, name: "[base 2/3] RUN apt-get", ...changes });
  const log = (...vertexes: object[]): string =>
    vertexes.map((vertex) => JSON.stringify({ vertexes: [vertex] })).join("\n");

  it("are its RUN instructions, each once, without cached and unfinished ones", () => {
    const done = { completed: "2026-01-01T00:00:00Z" };
    const first = log(
      run("a", {}),
      run("a", done),
      run("b", { ...done, cached: true }),
      run("c", {}),
      { digest: "d", name: "[base 1/3] COPY . /app", ...done },
      { digest: "e", name: "exporting to image", ...done },
    );
    expect(executedIn([first, log(run("a", done), run("b", done))])).to.deep.equal(["[base 2/3] RUN apt-get"]);
    expect(executedIn([log(run("b", done))])).to.have.length(1);
    expect(executedIn([""])).to.deep.equal([]);
  });
});

describe("the table of a side-by-side run", () => {
  const runs = (seconds: readonly number[], pushSeconds?: number): Measurement[] =>
    seconds.map((value) => ({ seconds: value, pushSeconds, installSteps: 1, uploads: 2, bytes: 3_000_000 }));

  it("has medians, the ratio to the first column, and the counts", () => {
    const results = new Map([
      ["this project", new Map([["nothing changed", runs([3, 1, 2])]])],
      [
        "compose",
        new Map([
          ["nothing changed", runs([8, 8, 9], 2)],
          ["cold", runs([60], 4)],
        ]),
      ],
    ]);
    const text = describeResults(results);
    expect(text).to.match(/\| +\| this project \| compose +\| compose \+push \|/);
    expect(text).to.match(/\| nothing changed \| 2\.00 s +\| 8\.00 s {2}0\.25 \| 10\.00 s {2}0\.20 \|/);
    expect(text).to.match(/\| cold +\| - +\| 60\.00 s +\| 64\.00 s +\|/);
    expect(text).to.contain("1 RUN, 2 (3.00 MB)");
  });
});

describe("the configuration on a benchmark's command line", () => {
  it("becomes values by key, with the parts of an object merged", () => {
    const texts = ["gpu=off", "models.tts=/srv/a=b", "models.stt=org/name@1.0", "llmEndpoint="];
    expect(configurationFrom(texts)).to.deep.equal({
      gpu: "off",
      models: { tts: "/srv/a=b", stt: "org/name@1.0" },
      llmEndpoint: "",
    });
  });
});
