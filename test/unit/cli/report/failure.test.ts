import { expect } from "chai";
import { stopFailed } from "../../../../cli/report/failed-containers.ts";
import { explainFailure } from "../../../../cli/report/failure.ts";
import type { InspectedContainer } from "../../../../components/engine/containers.ts";
import type { Engine } from "../../../../components/engine/engine.ts";
import { fakeEngine } from "../../support/config.ts";
import { roleLabels } from "../../../../components/engine/labels.ts";
import { IDENTITY } from "../../support/config.ts";
import { container, engineWith } from "../../support/containers.ts";
import { useFolder } from "../../support/project.ts";
import { usePrograms } from "../../support/programs.ts";

const FAILED = {
  since: new Date("2026-01-01T12:00:00Z"),
  builder: "ci",
  again: "./morgan up --stack dev",
  gateLogs: [],
};
const build = (stage: string, status: string, time: string): object => ({
  name: `.morgan/contexts/${stage}-0123456789abcdef`,
  ref: `default/default/${stage}id`,
  status,
  created_at: `2026-01-01T${time}Z`,
});
const unreachable = fakeEngine({ containers: () => Promise.reject(new Error("no engine")) });

describe("the report on a failed up", () => {
  const project = useFolder();
  const programs = usePrograms(project);
  const builds = (...rows: readonly object[]): void => {
    project.write("builds", rows.map((row) => JSON.stringify(row)).join("\n"));
    programs.write(
      "docker",
      `cd "${project.folder}"
case "$*" in
  "buildx --builder ci history ls"*) cat builds ;;
  "buildx --builder ci history logs"*) i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo "log of $6 line $i."; done ;;
esac`,
    );
  };
  const engine = (...containers: readonly InspectedContainer[]): Engine =>
    engineWith(containers, {
      logs: (id, lines) => Promise.resolve(`${String(lines)} lines of ${id}\n`),
    });

  it("holds the end of the log of each build that failed since, named by its stage", async () => {
    builds(
      build("tts-deps", "Error", "12:30:00"),
      build("base", "Completed", "12:30:00"),
      build("stt-deps", "Error", "11:59:59"),
    );
    for (const without of [engine(), unreachable]) {
      const text = await explainFailure(without, IDENTITY, FAILED);
      expect(text).to.contain("--- build of tts-deps\n").and.contain("log of tts-depsid line 40.");
      expect(text).not.to.contain("line 20.").and.not.contain("base").and.not.contain("stt-deps");
    }
  });

  it("holds the log of each container of the stack that is not healthy, and its last health check", async () => {
    builds();
    const text = await explainFailure(
      engine(
        container("core", "core", { health: "unhealthy", lastProbe: "waits for llm" }),
        container("llm", "llm"),
        container("files", "core-files", { status: "created", health: "none" }),
        container("vad", "vad", { status: "exited", health: "unhealthy", exitCode: 3 }),
        container("plain", "plain", { health: "none" }),
        container("other", "core", { health: "unhealthy", labels: roleLabels({ ...IDENTITY, id: "another" }, "core") }),
      ),
      IDENTITY,
      FAILED,
    );
    expect(text.trim().split(/\n+/)).to.deep.equal([
      "--- container morgan-dev-core: running (unhealthy)",
      "20 lines of core",
      "last health check: waits for llm",
      "--- container morgan-dev-vad: exited (3)",
      "20 lines of vad",
      "--- container morgan-dev-plain: running",
      "20 lines of plain",
    ]);
  });

  it("leaves out what an up before left while a healthy container does its work, or a newer one, and ends with the newest", async () => {
    builds();
    const at = (createdAt: string, health = "unhealthy"): Partial<InspectedContainer> => ({ createdAt, health });
    const text = await explainFailure(
      engine(
        container("new", "core", at("2026-01-01T12:00:09Z")),
        container("left", "vad", { ...at("2026-01-01T11:59:59Z"), status: "exited" }),
        container("serving", "vad"),
        container("before", "core", { ...at("2026-01-01T11:59:58Z"), status: "restarting" }),
        container("alone", "redis", at("2026-01-01T11:00:00Z")),
      ),
      IDENTITY,
      FAILED,
    );
    expect(text.match(/(?<=^--- container morgan-dev-)\w+/gm)).to.deep.equal(["alone", "new"]);
  });

  it("ends with the logs that the readiness gate handed over, each once", async () => {
    builds();
    const gateLogs = [{ id: "core", title: "container morgan-dev-core", log: "ImportError: x\n" }];
    const containers = [
      container("core", "core", { health: "unhealthy" }),
      container("vad", "vad", { health: "starting" }),
    ];
    const text = await explainFailure(engine(...containers), IDENTITY, { ...FAILED, gateLogs });
    expect(text.trim().split(/\n+/)).to.deep.equal([
      "--- container morgan-dev-vad: running (starting)",
      "20 lines of vad",
      "--- container morgan-dev-core",
      "ImportError: x",
    ]);
  });

  it("goes by the engine's clock, which may be behind this machine's", async () => {
    builds(build("tts-deps", "Error", "12:00:30"), build("stt-deps", "Error", "11:59:00"));
    const since = new Date(Date.now() - 60_000);
    const behind = new Date("2026-01-01T12:01:00Z").getTime() - Date.now();
    const slow = fakeEngine({ clock: () => Promise.resolve(new Date(Date.now() + behind)) });
    const text = await explainFailure(slow, IDENTITY, { ...FAILED, since });
    expect(text).to.contain("--- build of tts-deps\n").and.not.contain("stt-deps");
  });

  it("holds the engine's reason in the place of a log that the engine does not return", async () => {
    builds();
    const broken = engineWith([container("core", "core", { health: "starting" })], {
      logs: () => Promise.reject(new Error("the logging driver does not support reading")),
    });
    expect(await explainFailure(broken, IDENTITY, FAILED)).to.contain("logging driver does not support reading");
  });

  it("is empty if every build and every container is well", async () => {
    builds(build("base", "Completed", "12:30:00"));
    expect(await explainFailure(engine(container("core", "core")), IDENTITY, FAILED)).to.equal("");
  });
});

describe("containers that a failed up left", () => {
  const stopped = async (...containers: readonly InspectedContainer[]): Promise<string[]> => {
    const ids: string[] = [];
    await stopFailed(engineWith(containers, { stop: (id) => Promise.resolve(void ids.push(id)) }), IDENTITY);
    return ids;
  };
  const left = [
    container("new-core", "core", { health: "unhealthy" }),
    container("old-core", "core"),
    container("core-files", "core-files", { status: "created", health: "none" }),
    container("new-vad", "vad", { status: "restarting", health: "unhealthy" }),
    container("old-vad", "vad"),
    container("postgres", "postgres", { status: "restarting", health: "starting" }),
  ];

  it("are stopped if a healthy container does the same work", async () => {
    expect(await stopped(...left)).to.deep.equal(["new-core", "new-vad"]);
  });

  it("stay if no other container does their work", async () => {
    expect(await stopped(...left.filter(({ id }) => !id.startsWith("old-")))).to.deep.equal([]);
  });

  it("stay if the engine cannot be reached or refuses", async () => {
    await stopFailed(unreachable, IDENTITY);
    await stopFailed(engineWith(left, { stop: () => Promise.reject(new Error("refused")) }), IDENTITY);
  });
});
