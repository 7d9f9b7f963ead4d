import { expect } from "chai";
import { explainFailure, stopFailed } from "../../../../cli/report/failure.ts";
import { useFolder } from "../../support/project.ts";
import { usePrograms } from "../../support/programs.ts";

const SINCE = new Date("2026-01-01T12:00:00Z");
const lines = (...rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join("\n");
const build = (stage: string, status: string, time: string): object => ({
  name: `.morgan/contexts/${stage}-0123456789abcdef`,
  ref: `default/default/${stage}id`,
  status,
  created_at: `2026-01-01T${time}Z`,
});
const container = (name: string, State: string, Status: string): object => ({
  ID: `${name}id`,
  Names: name,
  State,
  Status,
});

describe("why an up failed", () => {
  const project = useFolder();
  const programs = usePrograms(project);
  const engine = (builds: string, containers: string): void => {
    project.write("builds", builds);
    project.write("containers", containers);
    programs.write(
      "docker",
      `cd "${project.folder}"
case "$*" in
  "buildx history ls"*) cat builds ;;
  "buildx history logs"*) i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo "log of $4 line $i."; done ;;
  "ps "*) cat containers ;;
  "container inspect "*) echo "older $5"; echo "waits for $5" ;;
  "container logs "*) echo "said $5"; echo "complained $5" >&2 ;;
esac`,
    );
  };

  it("is the end of the log of each build that failed since, named by its stage", async () => {
    engine(
      lines(
        build("tts-deps", "Error", "12:30:00"),
        build("base", "Completed", "12:30:00"),
        build("stt-deps", "Error", "11:59:59"),
      ),
      "",
    );
    const text = await explainFailure("dev", SINCE);
    expect(text).to.contain("--- build of tts-deps\n").and.contain("log of tts-depsid line 40.");
    expect(text).not.to.contain("line 20.").and.not.contain("base").and.not.contain("stt-deps");
  });

  it("is the log of each container of the stack that is not healthy, what it said and what it complained about", async () => {
    engine(
      "",
      lines(
        container("morgan-dev-core-1", "running", "Up 1 minute (unhealthy)"),
        container("morgan-dev-llm-1", "running", "Up 1 minute (healthy)"),
        container("morgan-dev-core-files-1", "created", "Created"),
        container("morgan-dev-vad-1", "exited", "Exited (3)"),
      ),
    );
    const text = await explainFailure("dev", SINCE);
    expect(text).to.contain("--- container morgan-dev-core-1: Up 1 minute (unhealthy)\n");
    expect(text).to.contain("said morgan-dev-core-1id").and.contain("complained morgan-dev-core-1id");
    expect(text).to.contain("last health check: waits for morgan-dev-core-1id\n").and.not.contain("older");
    expect(text).to.contain("--- container morgan-dev-vad-1: Exited (3)\n");
    expect(text).not.to.contain("llm").and.not.contain("files");
    expect(programs.called().join("\n")).to.contain("--filter label=morgan.stack=dev");
  });

  it("stops what never became healthy, where a healthy container does the same work, and nothing else", async () => {
    const of = (role: string, listed: object): object => ({ ...listed, Labels: `a=b,morgan.role=${role},c=d` });
    const listed = [
      of("core", container("new-core", "running", "Up 1 minute (unhealthy)")),
      of("core", container("old-core", "running", "Up 9 minutes (healthy)")),
      of("core-files", container("core-files", "created", "Created")),
      of("vad", container("new-vad", "restarting", "Restarting (1) 2 seconds ago")),
      of("vad", container("old-vad", "running", "Up 9 minutes (healthy)")),
      of("postgres", container("postgres", "restarting", "Restarting (1) 2 seconds ago")),
    ];
    engine("", lines(...listed));
    await stopFailed("dev");
    expect(programs.called()).to.include("docker stop new-coreid new-vadid");
    engine("", lines(...listed.slice(1, 3)));
    await stopFailed("dev");
    expect(programs.called().join("\n")).not.to.include("docker stop");
  });

  it("is nothing where every build and every container is well", async () => {
    engine(lines(build("base", "Completed", "12:30:00")), "");
    expect(await explainFailure("dev", SINCE)).to.equal("");
  });
});
