import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync } from "node:fs";
import { hostname } from "node:os";
import { expect } from "chai";
import { preview } from "../../../../cli/commands/preview.ts";
import { repairKilledRun } from "../../../../cli/stack/repair.ts";
import { thingsMadeBy } from "../../../../cli/stack/unrecorded-things.ts";
import type { InspectedContainer } from "../../../../components/engine/containers.ts";
import { roleLabels } from "../../../../components/engine/labels.ts";
import { IDENTITY, matches } from "../../support/config.ts";
import { container, engineWith } from "../../support/containers.ts";
import { useFolder } from "../../support/project.ts";
import { usePrograms } from "../../support/programs.ts";
import { DEV, stackNamed } from "../../support/stacks.ts";
import { useVariable } from "../../support/variable.ts";

const LOCK = "state/.pulumi/locks/organization/morgan/dev/0123.json";
/** A process that has certainly ended: Linux gives no number above its limit. */
const ENDED = 2 ** 22 + 1;

const operation = (type: string, name: string, inputs?: object, what = "creating"): object => ({
  type: what,
  resource: { type, urn: `urn:pulumi:dev::morgan::morgan:index:MorganStack$${type}::${name}`, inputs },
});
const STACK_URN = "urn:pulumi:dev::morgan::pulumi:pulumi:Stack::morgan-dev";
const state = {
  deployment: {
    resources: [
      { type: "pulumi:pulumi:Stack", urn: STACK_URN },
      { id: "recorded", urn: "urn:x::core" },
      {
        type: "command:local:Command",
        urn: "urn:pulumi:dev::morgan::command:local:Command::identity",
        outputs: { stdout: JSON.stringify({ stack: "dev", id: IDENTITY.id }) },
      },
    ],
    pending_operations: [
      operation("docker:index/container:Container", "core"),
      operation("docker-build:index:Image", "core"),
      operation("docker:index/volume:Volume", "redis-data", { name: "morgan-dev-redis-data-0123456" }),
      operation("docker:index/volume:Volume", "weights"),
      operation("docker:index/volume:Volume", "postgres-data", { name: "taken-over" }, "importing"),
      operation("docker:index/container:Container", "llm", {}, "deleting"),
      operation("docker:index/network:Network", "network"),
    ],
  },
};

const NETWORKS = [
  { id: "n1", labels: roleLabels(IDENTITY, "network") },
  { id: "theirs", labels: roleLabels({ ...IDENTITY, id: "another" }, "network") },
  { id: "other-stack", labels: roleLabels({ ...IDENTITY, stack: "prod" }, "network") },
  { id: "other-role", labels: roleLabels(IDENTITY, "edge") },
];

describe("a run that was killed", () => {
  const removed: string[] = [];
  const engine = engineWith(
    [
      container("recorded", "core"),
      container("left", "core"),
      container("theirs", "core", { labels: roleLabels({ ...IDENTITY, id: "another" }, "core") }),
      container("older", "core", { labels: roleLabels({ ...IDENTITY, id: undefined }, "core") }),
      container("llm", "llm"),
      container("p1", "image-packages", { status: "created" }),
    ],
    {
      networks: (labels) => Promise.resolve(NETWORKS.filter((network) => matches(network.labels, labels))),
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
    expect(existsSync(LOCK) || existsSync(`${LOCK}.attrs`)).to.equal(false);
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
    expect(existsSync(LOCK)).to.equal(false);
  });

  it("loses its plugins even if it had no lock: it was killed before it took one, or after it gave it back", async () => {
    project.remove(LOCK);
    const plugin = running("pulumi-language-nodejs-host");
    const ended = once(plugin, "exit");
    await repairKilledRun(engine, DEV);
    expect(await ended).to.deep.equal([null, "SIGTERM"]);
    expect(removed).to.deep.equal([]);
  });

  it("is none without a lock", async () => {
    project.remove(LOCK);
    await repairKilledRun(engine, DEV);
    await repairKilledRun(engine, stackNamed("other"));
    expect(programs.called()).to.deep.equal([]);
  });

  it("is repaired once: of two repairs, the second finds the lock of the next run, and leaves it", async () => {
    lock(ENDED);
    const first = repairKilledRun(engine, DEV);
    const second = repairKilledRun(engine, DEV);
    await first;
    const pulumi = running("pulumi");
    try {
      lock(pulumi.pid ?? 0);
      await second;
    } finally {
      pulumi.kill();
    }
    expect(existsSync(LOCK)).to.equal(true);
    expect(programs.called().filter((call) => call.includes("export"))).to.have.length(1);
    expect(removed).to.have.length(4);
    project.remove(LOCK);
  });

  describe("with its state in a backend of the user's own", () => {
    const refresh = `pulumi refresh --stack dev --target ${STACK_URN} --clear-pending-creates`;
    const backend = (refreshes: boolean, text = JSON.stringify(state)): void => {
      useBackend("s3://bucket");
      const lines = [`"stack export"*) echo '${text}' ;;`, `refresh*) exit ${refreshes ? "0" : "255"} ;;`];
      programs.write("pulumi", `case "$*" in ${lines.join(" ")} esac`);
    };

    it("loses what it did not record, after a refresh that had the lock", async () => {
      backend(true);
      await repairKilledRun(engine, DEV);
      const calls = programs.called();
      expect(calls.map((call) => call.split(" ")[1])).to.deep.equal(["stack", "refresh", "stack"]);
      expect(calls[1]).to.contain(refresh);
      expect(removed).to.deep.equal([
        "container left",
        "volume morgan-dev-redis-data-0123456",
        "network n1",
        "container p1",
      ]);
    });

    it("may still be at work if the refresh did not get the lock", async () => {
      backend(false);
      await repairKilledRun(engine, DEV);
      expect(removed).to.deep.equal([]);
    });

    it("is none if no operation is pending", async () => {
      backend(true, JSON.stringify({ deployment: { resources: state.deployment.resources } }));
      await repairKilledRun(engine, DEV);
      expect(programs.called()).to.have.length(1);
    });
  });
});

describe("a run that was killed before states had ids", () => {
  const identity = { ...IDENTITY, id: undefined, legacy: true };
  const unrecorded = [{ type: "docker:index/container:Container", name: "core", given: "" }];
  const old = container("old", "core", { labels: roleLabels(identity, "core") });
  const theirs = container("theirs", "llm", { labels: roleLabels({ ...IDENTITY, id: "another" }, "llm") });

  it("made things without the label of a state, which are certain only if no other state has things here", async () => {
    const made = async (...all: readonly InspectedContainer[]): Promise<string[]> =>
      (await thingsMadeBy({ unrecorded, identity }, engineWith(all))).map(({ id }) => id);
    expect(await made(old)).to.deep.equal(["old"]);
    expect(await made(old, theirs)).to.deep.equal([]);
  });
});
