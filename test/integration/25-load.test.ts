import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { fetchRecording } from "../../cli/lib/recording.ts";
import { catalog } from "../../services/catalog.ts";
import { cacheFolder } from "../../toolchain/lib/paths.mjs";
import { containerIds, docker, idsOf } from "./support/engine.ts";
import { Load } from "./support/load.ts";
import { sharedStack } from "./support/shared-stack.ts";
import type { TestStack } from "./support/test-stack.ts";

const SERVICES = Object.keys(catalog);

/** A deployment under load has to have met this many requests of each kind, or it says nothing. */
const ENOUGH = { chat: 30, voice: 3 };

/** What is changed for a bad deployment, in what all services share, so that all five are bad. */
const BAD = {
  crash: ["server.py", "    signal.signal(signal.SIGTERM, _exit)", '    sys.exit("no good morning today")\n'],
  unready: ["health.py", "        found = {", "        is_ready = False\n"],
  death: [
    "health.py",
    "        found = {",
    `        if is_ready:
            import os, threading
            threading.Timer(2, lambda: (print("that was all", flush=True), os._exit(1))).start()
`,
  ],
} as const;

describe("a deployment of every service, while text and voice turns go on", () => {
  let stack: TestStack;
  let recording: string;

  before(async () => {
    stack = sharedStack();
    recording = await fetchRecording(cacheFolder(process.env));
    await stack.configure({ minReady: "5 s" });
  });

  after(async () => {
    await stack.unset("minReady");
    await stack.up();
  });

  /** Does something under load, and proves that all of the load was served. */
  async function underLoad<T>(action: () => Promise<T>): Promise<T> {
    const load = new Load((await stack.outputs()).endpoint, recording);
    const since = new Date().toISOString();
    let served: Awaited<ReturnType<Load["stop"]>>;
    let result: T;
    try {
      result = await action();
    } finally {
      served = await load.stop();
    }
    const { failures, failed } = served;
    const told = failed === 0 ? "" : gatewayLog(stack.name, since);
    expect(failures, `${String(failed)} failed beside ${JSON.stringify(served.served)}\n${told}`).to.deep.equal([]);
    expect(served.served.chat).to.be.at.least(ENOUGH.chat);
    expect(served.served.voice).to.be.at.least(ENOUGH.voice);
    return result;
  }

  /** Deploys a bad change under load, and gives what was said. */
  async function deployBad(kind: keyof typeof BAD): Promise<string> {
    const [file, place, addition] = BAD[kind];
    const path = join(stack.folder, "services/shared/morgan_shared", file);
    const good = readFileSync(path, "utf8");
    expect(good).to.include(place);
    writeFileSync(path, good.replace(place, addition + place));
    const catalogFile = join(stack.folder, "services/catalog.ts");
    const catalogText = readFileSync(catalogFile, "utf8");
    // What never gets ready is waited for to the end.
    if (kind === "unready") writeFileSync(catalogFile, catalogText.replace('startLimit: "60 s"', 'startLimit: "15 s"'));
    try {
      const { code, output } = await underLoad(() => stack.commandLine("up"));
      expect(code, output).to.not.equal(0);
      return output;
    } finally {
      writeFileSync(path, good);
      writeFileSync(catalogFile, catalogText);
    }
  }

  /** The ids of the services' containers that run. */
  function serving(): string[] {
    const filters = [`label=morgan.stack=${stack.name}`, "status=running"].flatMap((filter) => ["--filter", filter]);
    const listed = docker("ps", "--no-trunc", ...filters, "--format", '{{.Label "morgan.role"}} {{.ID}}').split("\n");
    return listed.flatMap((line) => {
      const [role = "", id = ""] = line.split(" ");
      return SERVICES.includes(role) ? [id] : [];
    });
  }

  const servicesOf = (ids: Readonly<Record<string, string>>): string[] => SERVICES.map((name) => ids[name] ?? "");

  it("loses no request where it is good", async () => {
    const old = servicesOf(idsOf(stack.name));
    const path = join(stack.folder, "services/shared/morgan_shared/__init__.py");
    writeFileSync(path, `${readFileSync(path, "utf8")}# one more line\n`);
    await underLoad(() => stack.up());
    expect(serving()).to.have.length(5);
    expect(serving()).to.not.include.members(old);
  });

  it("loses no request where it crashes at its start: the old ones go on, and the error says why", async () => {
    const old = serving();
    expect(await deployBad("crash"))
      .to.include("did not get ready: its process ended 3 times")
      .and.include("no good morning today");
    expect(serving()).to.have.members(old);
  });

  it("loses no request where it never gets ready", async () => {
    const old = serving();
    expect(await deployBad("unready"))
      .to.include("did not get ready")
      .and.include('"ready":false')
      .and.match(/after \d+ s waiting for .*-core-\w+ \(starting\)/);
    expect(serving()).to.have.members(old);
  });

  it("loses no request where it gets ready and then dies: that is seen, and takes it away", async () => {
    const old = serving();
    for (const attempt of ["the first time", "by another up with the same code"]) {
      // On a slow machine it may have died before the others were made, and again.
      expect(await deployBad("death"), attempt)
        .to.match(/did not (?:stay|get) ready/)
        .and.include("that was all");
      expect(serving(), attempt).to.have.members(old);
    }
  });

  it("loses no request where it goes back to what was good, and leaves no container over", async () => {
    await underLoad(() => stack.up());
    expect(serving()).to.have.length(5);
    expect(containerIds(stack.name)).to.have.length(13);
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });
});

/** What the gateway saw of the containers: which were there for it, and when. */
function gatewayLog(stack: string, since: string): string {
  const { gateway = "" } = idsOf(stack);
  return docker("logs", "--timestamps", "--since", since, gateway);
}
