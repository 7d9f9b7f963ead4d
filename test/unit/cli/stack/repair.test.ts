import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { hostname } from "node:os";
import { expect } from "chai";
import { preview } from "../../../../cli/commands/deploy.ts";
import { repairKilledRun } from "../../../../cli/stack/repair.ts";
import { container, engineWith } from "../../support/containers.ts";
import { useFolder } from "../../support/project.ts";
import { usePrograms } from "../../support/programs.ts";
import { DEV, stackNamed } from "../../support/stacks.ts";
import { useVariable } from "../../support/variable.ts";

const LOCK = "state/.pulumi/locks/organization/morgan/dev/0123.json";
/** A process that has certainly ended: Linux gives no number above its limit. */
const ENDED = 2 ** 22 + 1;

const operation = (type: string, name: string, inputs?: object): object => ({
  resource: { type, urn: `urn:pulumi:dev::morgan::morgan:index:MorganStack$${type}::${name}`, inputs },
});
const state = {
  deployment: {
    resources: [{ id: "recorded" }, {}],
    pending_operations: [
      operation("docker:index/container:Container", "core"),
      operation("docker-build:index:Image", "core"),
      operation("docker:index/volume:Volume", "redis-data", { name: "morgan-dev-redis-data-0123456" }),
      operation("docker:index/volume:Volume", "weights"),
      operation("docker:index/network:Network", "network"),
    ],
  },
};

describe("a run that was killed", () => {
  const removed: string[] = [];
  const engine = engineWith(
    [
      container("recorded", "core"),
      container("left", "core"),
      container("llm", "llm"),
      container("p1", "image-packages", { status: "created" }),
    ],
    {
      networks: (labels) => Promise.resolve(labels["morgan.role"] === "network" ? ["n1"] : []),
      remove: (kind, id) => Promise.resolve(void removed.push(`${kind} ${id}`)),
    },
  );
  const project = useFolder();
  const programs = usePrograms(project);
  const useBackend = useVariable("PULUMI_BACKEND_URL");
  const lock = (pid: number, host = hostname()): void => {
    project.write(LOCK, JSON.stringify({ pid, hostname: host }));
    project.write(`${LOCK}.attrs`, "");
  };
  /** A process of that name which does nothing. */
  const running = (name: string): ChildProcess => {
    project.write(`owner/${name}`, "#!/bin/sh\nread -r _\n");
    chmodSync(`owner/${name}`, 0o755);
    return spawn(`owner/${name}`, { stdio: ["pipe", "ignore", "ignore"] });
  };
  beforeEach(() => {
    useBackend(`file://${project.folder}/state?metadata=skip`);
    programs.write("pulumi", `case "$*" in "stack export"*) echo '${JSON.stringify(state)}' ;; esac`);
    removed.length = 0;
    programs.called();
  });

  it("loses its lock, and everything that it made and did not record; nothing else is removed", async () => {
    lock(ENDED);
    await repairKilledRun(engine, DEV);
    const calls = programs.called();
    expect(calls[0]).to.match(/^pulumi cancel --stack dev --yes/);
    expect(removed).to.deep.equal([
      "container left",
      "volume morgan-dev-redis-data-0123456",
      "network n1",
      "container p1",
    ]);
  });

  it("is none while it still runs, here or on another machine", async () => {
    const pulumi = running("pulumi");
    try {
      lock(pulumi.pid ?? 0);
      await repairKilledRun(engine, DEV);
    } finally {
      pulumi.kill();
    }
    lock(ENDED, "another-machine");
    await repairKilledRun(engine, DEV);
    expect(programs.called()).to.deep.equal([]);
  });

  it("stays as it is in a preview, which prints the command that puts it right", async () => {
    lock(ENDED);
    const lines: unknown[] = [];
    const { error } = console;
    console.error = (line: unknown) => void lines.push(line);
    try {
      const line = { command: "preview", argument: undefined, options: {}, flags: [] };
      expect(await preview({ ...line, stack: DEV, isDefault: true, isNamed: false }, engine)).to.equal(0);
    } finally {
      console.error = error;
    }
    expect(lines).to.deep.equal(['the last run on "dev" was killed; ./morgan up --stack dev puts right what it left']);
    expect(programs.called().map((call) => call.split(" ")[1])).to.deep.equal(["stack", "preview"]);
    expect(removed).to.deep.equal([]);
  });

  it("is found even if another program has its process id by now, as after a restart of the machine", async () => {
    lock(process.pid);
    await repairKilledRun(engine, DEV);
    expect(programs.called()[0]).to.match(/^pulumi cancel/);
  });

  it("loses its plugins even if it had no lock: it was killed before it took one, or after it gave it back", async () => {
    project.remove(LOCK);
    const plugin = running("pulumi-language-nodejs-host");
    const ended = once(plugin, "exit");
    await repairKilledRun(engine, DEV);
    expect(await ended).to.deep.equal([null, "SIGTERM"]);
    expect(removed).to.deep.equal([]);
  });

  it("is none without a lock, or if the state is elsewhere", async () => {
    project.remove(LOCK);
    await repairKilledRun(engine, DEV);
    await repairKilledRun(engine, stackNamed("other"));
    useBackend("s3://bucket");
    await repairKilledRun(engine, DEV);
    expect(programs.called()).to.deep.equal([]);
  });
});
