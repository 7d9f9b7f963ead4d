import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, statSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { enterRun } from "../../../components/startup/enter-run.ts";
import {
  isShared,
  makeRunFolder,
  newRunFolder,
  removeEndedRuns,
  removeRunFolder,
} from "../../../components/startup/run-folder.ts";
import { useLogs } from "../support/logs.ts";
import { useFolder } from "../support/project.ts";

describe("the folder of a run", () => {
  const project = useFolder();
  const logs = useLogs();
  const engines: Server[] = [];
  afterEach(() => {
    for (const engine of engines.splice(0)) engine.close();
    project.remove(".morgan");
  });

  /** Something that listens as Pulumi's engine does. Returns its address. */
  const listening = async (): Promise<string> => {
    const engine = createServer((socket) => socket.unref());
    engines.push(engine);
    await once(engine.listen(0, "127.0.0.1"), "listening");
    return `127.0.0.1:${String((engine.address() as AddressInfo).port)}`;
  };
  /** An address at which nothing listens any more. */
  const silent = async (): Promise<string> => {
    const address = await listening();
    await once(engines.pop()?.close() ?? process, "close");
    return address;
  };
  const runs = (): string => join(project.folder, ".morgan/runs");
  const leave = (folder: string): void => {
    project.write(join(".morgan/runs", basename(folder), "pulumi-docker-1/config.json"), "a login");
  };
  const loginsLeft = (): string[] =>
    (readdirSync(runs(), { recursive: true }) as string[]).filter((name) => name.endsWith("config.json"));

  it("is another one for each run, and only its user can read it", async () => {
    const [one, two] = [newRunFolder(), newRunFolder()];
    expect(one).to.not.equal(two);
    expect(existsSync(one), "before the run").to.equal(false);
    makeRunFolder(one, await listening());
    expect(statSync(one).mode & 0o777).to.equal(0o700);
  });

  it("is gone after its run, with everything in it and beside it", async () => {
    const folder = newRunFolder();
    makeRunFolder(folder, await listening());
    leave(folder);
    removeRunFolder(folder);
    expect(readdirSync(runs())).to.deep.equal([]);
    removeRunFolder(folder);
  });

  it("of a run that was killed is removed by the next one, and that of a run at work stays", async () => {
    const [dead, live] = [newRunFolder(), newRunFolder()];
    makeRunFolder(dead, await silent());
    makeRunFolder(live, await listening());
    for (const folder of [dead, live]) leave(folder);
    await removeEndedRuns();
    expect(loginsLeft()).to.deep.equal([join(basename(live), "pulumi-docker-1/config.json")]);
    expect(readdirSync(runs()).filter((name) => name.startsWith(basename(dead)))).to.deep.equal([]);
  });

  it("of a shell keeps its files as long as one of its runs is at work, and is never removed itself", async () => {
    const shell = join(runs(), "shell");
    expect(isShared(shell)).to.equal(true);
    makeRunFolder(shell, await silent());
    const engine = await listening();
    makeRunFolder(shell, engine);
    leave(shell);
    await removeEndedRuns();
    expect(loginsLeft()).to.have.length(1);
    await once(engines.pop()?.close() ?? process, "close");
    await removeEndedRuns();
    expect(readdirSync(runs(), { recursive: true })).to.deep.equal(["shell"]);
  });

  it("is cleaned when Pulumi's engine has ended, also if the engine ends while a connection is open", async () => {
    const sockets: { destroy: () => unknown }[] = [];
    const engine = createServer((socket) => sockets.push(socket));
    await once(engine.listen(0, "127.0.0.1"), "listening");
    const address = `127.0.0.1:${String((engine.address() as AddressInfo).port)}`;
    const shell = join(runs(), "shell");
    makeRunFolder(shell, address);
    leave(shell);
    const program = fileURLToPath(new URL("../../../components/startup/clean-up.ts", import.meta.url));
    const child = spawn(process.execPath, [program, runs(), address], { stdio: "inherit" });
    const ended = once(child, "exit");
    await once(engine, "connection");
    expect(loginsLeft()).to.have.length(1);
    engine.close();
    for (const socket of sockets) socket.destroy();
    expect(await ended).to.deep.equal([0, null]);
    expect(loginsLeft()).to.deep.equal([]);
  });

  it("is made by an up and not by a preview, and both remove what killed runs have left", async () => {
    for (const isPreview of [true, false]) {
      const [dead, own] = [newRunFolder(), newRunFolder()];
      makeRunFolder(dead, await silent());
      leave(dead);
      await enterRun({ temporary: own, pulumi: await listening() }, isPreview);
      expect(loginsLeft()).to.deep.equal([]);
      expect(existsSync(own)).to.equal(!isPreview);
      removeRunFolder(own);
    }
  });

  it("is missed by an up that is told of none, which warns of the credentials", async () => {
    await enterRun({ temporary: "", pulumi: "127.0.0.1:1" }, true);
    expect(logs.warn).to.deep.equal([]);
    await enterRun({ temporary: "", pulumi: "127.0.0.1:1" }, false);
    expect(logs.warn.join()).to.match(/credentials in the system's temporary folder.*eval "\$\(\.\/morgan env\)"/);
  });
});
