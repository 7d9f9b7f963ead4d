import { once } from "node:events";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { expect } from "chai";
import { paths } from "../../../toolchain/lib/paths.mjs";
import { engineInfo, socketReason } from "../../../toolchain/setup/engine-api.mjs";
import { ensureEngine, mayStart } from "../../../toolchain/setup/engine.mjs";
import { startEngine } from "../../../toolchain/setup/engine-start.mjs";
import { useFolder } from "../support/project.ts";
import { useVariable } from "../support/variable.ts";

const GOOD = { ServerVersion: "28.5.2", DriverStatus: [["driver-type", "io.containerd.snapshotter.v1"]] };

describe("set-up and the engine", () => {
  const project = useFolder();
  const setPath = useVariable("PATH");
  const servers: Server[] = [];
  after(() => {
    for (const server of servers) server.close();
  });

  const serve = async (name: string, status: number): Promise<string> => {
    const path = join(project.folder, name);
    const server = createServer((_, response) => {
      response.statusCode = status;
      response.end(JSON.stringify(GOOD));
    });
    servers.push(server);
    await once(server.listen(path), "listening");
    return `unix://${path}`;
  };
  const reason = async (host: string): Promise<string> => {
    const answer = await engineInfo({ host, certificates: "", source: "DOCKER_HOST" }, { DOCKER_HOST: host });
    return "reason" in answer ? answer.reason : "an engine answers";
  };
  const problems = (env: NodeJS.ProcessEnv): Promise<string[]> => {
    const all = { HOME: project.folder, PATH: process.env["PATH"], ...env };
    return ensureEngine(paths({ root: project.folder, env: all }), all);
  };

  it("names what keeps a socket from answering", async () => {
    expect(await reason(await serve("good.sock", 200))).to.equal("an engine answers");
    expect(await reason(await serve("other.sock", 404))).to.contain("404");
    expect(await reason(`unix://${join(project.folder, "none.sock")}`)).to.contain("there is no");
    const file = join(project.folder, "dead.sock");
    writeFileSync(file, "");
    expect(await reason(`unix://${file}`)).to.match(/nothing listens|ENOTSOCK/);
  });

  it("names the group that a user lacks", () => {
    const reason = socketReason("EACCES", "/var/run/docker.sock");
    expect(reason).to.contain("/var/run/docker.sock").and.contain("usermod -aG docker");
    expect(socketReason("EPIPE", "/var/run/docker.sock")).to.equal(undefined);
  });

  it("starts the engine of the default socket alone, as root, and not one that is slow or forbidden", () => {
    expect(mayStart({ source: "" }, "ENOENT", 0)).to.equal(true);
    expect(mayStart({ source: "" }, "ECONNREFUSED", 0)).to.equal(true);
    expect(mayStart({ source: "" }, "ETIMEDOUT", 0)).to.equal(false);
    expect(mayStart({ source: "" }, "", 0)).to.equal(false);
    expect(mayStart({ source: "" }, "ENOENT", 1000)).to.equal(false);
    expect(mayStart({ source: "" }, "ENOENT", undefined)).to.equal(false);
    expect(mayStart({ source: "DOCKER_HOST" }, "ENOENT", 0)).to.equal(false);
  });

  it("gives settings to no engine but the one that it installs", async () => {
    const steps = async (isInstalled: boolean, canInstall: boolean): Promise<string[]> => {
      const done: string[] = [];
      const step = (name: string) => () => Promise.resolve(void done.push(name));
      const began = await startEngine({
        isInstalled: () => isInstalled,
        canInstall: () => canInstall,
        enableImageStore: () => void done.push("settings"),
        install: step("install"),
        start: step("start"),
      });
      expect(began).to.equal(done.includes("start"));
      return done;
    };
    expect(await steps(true, true)).to.deep.equal(["start"]);
    expect(await steps(false, true)).to.deep.equal(["settings", "install", "start"]);
    expect(await steps(false, false)).to.deep.equal([]);
  });

  it("asks a remote engine through the docker client, and passes on the client's reason", async () => {
    const before = process.env["PATH"];
    const bin = join(project.folder, "docker");
    writeFileSync(bin, '#!/bin/sh\necho "asked $DOCKER_HOST" >&2\nexit 1\n');
    chmodSync(bin, 0o755);
    setPath(`${project.folder}:${before ?? ""}`);
    const remote = { HOME: project.folder, PATH: `${project.folder}:${before ?? ""}`, DOCKER_HOST: "gpu:2375" };
    const answer = await engineInfo({ host: "tcp://gpu:2375", certificates: "", source: "DOCKER_HOST" }, remote);
    setPath(before);
    expect(answer).to.deep.include({ reason: "asked tcp://gpu:2375" });
  });

  it("reports an engine that does not answer, with its address, who chose it, and the reason", async () => {
    const [problem] = await problems({ DOCKER_HOST: `unix://${join(project.folder, "none.sock")}` });
    expect(problem).to.contain("none.sock").and.to.contain("DOCKER_HOST").and.to.contain("there is no");
  });

  it("reports an address that is malformed", async () => {
    const message = await problems({ DOCKER_HOST: "ftp://gpu" }).catch(String);
    expect(message).to.contain("DOCKER_HOST").and.to.contain("ftp://gpu");
  });

  it("starts nothing for an engine that a variable names", async () => {
    await problems({ DOCKER_HOST: `unix://${join(project.folder, "none.sock")}` });
    expect(existsSync(join(project.folder, ".cache/morgan/engine"))).to.equal(false);
  });
});
