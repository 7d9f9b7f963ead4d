import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { common } from "./support/common.ts";
import { catalog } from "../../services/catalog.ts";
import { containerIds, docker, idsOf, lines } from "./support/engine.ts";
import { underLoad } from "./support/load.ts";
import { sharedStack } from "./support/shared-stack.ts";
import type { TestStack } from "./support/test-stack.ts";

const SERVICES = Object.keys(catalog);

/** The number of requests of each kind during a deployment, below which the test proves nothing. */
const ENOUGH = { chat: 30, voice: 3 };

/** The changes for a bad deployment: file, place and added text. All services share the file, so all five are bad. */
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

describe("a deployment of every service while text and voice turns go on", () => {
  let stack: TestStack;

  before(async () => {
    stack = await sharedStack();
    await stack.configure({ minReady: "5 s" });
  });

  after(async () => {
    await stack.unset("minReady");
    await stack.up();
  });

  /** Runs an action under load, and checks that no request was lost. */
  async function withoutLoss<T>(action: () => Promise<T>): Promise<T> {
    const since = new Date().toISOString();
    const { result, report } = await underLoad((await stack.outputs()).endpoint, action);
    const { failures, failed, served } = report;
    const log = failed === 0 ? "" : gatewayLog(stack.name, since);
    expect(failures, `${String(failed)} failed beside ${JSON.stringify(served)}\n${log}`).to.deep.equal([]);
    expect(served.chat).to.be.at.least(ENOUGH.chat);
    expect(served.voice).to.be.at.least(ENOUGH.voice);
    return result;
  }

  /** Deploys a bad change under load, and returns the output. */
  async function deployBad(kind: keyof typeof BAD): Promise<string> {
    const [file, place, addition] = BAD[kind];
    const path = join(stack.folder, "services/shared/morgan_shared", file);
    const good = readFileSync(path, "utf8");
    expect(good).to.include(place);
    writeFileSync(path, good.replace(place, addition + place));
    const catalogFile = join(stack.folder, "services/catalog.ts");
    const catalogText = readFileSync(catalogFile, "utf8");
    // The gate waits for a container that never gets ready until the start limit.
    if (kind === "unready") writeFileSync(catalogFile, catalogText.replace('startLimit: "60 s"', 'startLimit: "15 s"'));
    try {
      const { code, output } = await withoutLoss(() => stack.commandLine("up"));
      expect(code, output).to.not.equal(0);
      return output;
    } finally {
      writeFileSync(path, good);
      writeFileSync(catalogFile, catalogText);
    }
  }

  /** Returns the ids of the services' running containers. */
  function serving(): string[] {
    const filters = [`label=morgan.stack=${stack.name}`, "status=running"].flatMap((filter) => ["--filter", filter]);
    const listed = docker("ps", "--no-trunc", ...filters, "--format", '{{.Label "morgan.role"}} {{.ID}}');
    return lines(listed).flatMap((line) => {
      const [role = "", id = ""] = line.split(" ");
      return SERVICES.includes(role) ? [id] : [];
    });
  }

  const servicesOf = (ids: Readonly<Record<string, string>>): string[] => SERVICES.map((name) => ids[name] ?? "");

  it("a good deployment loses no request", async () => {
    const old = servicesOf(idsOf(stack.name));
    const path = join(stack.folder, "services/shared/morgan_shared/__init__.py");
    writeFileSync(path, `${readFileSync(path, "utf8")}# one more line\n`);
    await withoutLoss(() => stack.up());
    expect(serving()).to.have.length(5);
    expect(common(serving(), old), "every service is replaced").to.deep.equal([]);
  });

  it("a crash at the start loses no request, and the error contains the crash's message", async () => {
    const old = serving();
    expect(await deployBad("crash"))
      .to.include("did not get ready: its process ended 3 times")
      .and.include("no good morning today");
    expect(serving()).to.have.members(old);
  });

  it("a container that never gets ready loses no request", async () => {
    const old = serving();
    expect(await deployBad("unready"))
      .to.include("did not get ready")
      .and.include('"ready":false')
      .and.match(/after \d+ s waiting for .*-core-\w+ \(starting\)/);
    expect(serving()).to.have.members(old);
  });

  it("a container that gets ready and then dies loses no request, and is removed", async () => {
    const old = serving();
    for (const attempt of ["the first time", "by another up with the same code"]) {
      // On a slow machine a container may die and restart before the other containers are created.
      expect(await deployBad("death"), attempt)
        .to.match(/did not (?:stay|get) ready/)
        .and.include("that was all");
      expect(serving(), attempt).to.have.members(old);
    }
  });

  it("a return to good code loses no request, and leaves no container behind", async () => {
    await withoutLoss(() => stack.up());
    expect(serving()).to.have.length(5);
    expect(containerIds(stack.name)).to.have.length(13);
    expect(await stack.up({ expectNoChanges: true })).to.deep.equal([]);
  });
});

/** Returns the gateway's log, which has the times at which containers came, went and failed checks. */
function gatewayLog(stack: string, since: string): string {
  const { gateway = "" } = idsOf(stack);
  return docker("logs", "--timestamps", "--since", since, gateway);
}
