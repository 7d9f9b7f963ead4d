import { expect } from "chai";
import { answersIn, reload } from "../../../../components/deploy/gateway/reload/reload.ts";
import type { InspectedContainer, ListedContainer } from "../../../../components/engine/containers.ts";
import { messageOf } from "../../../../components/lib/errors.ts";
import { FakeProgram } from "../../support/programs-run.ts";

const ARGS = {
  image: "haproxy@sha256:1",
  holder: "files",
  volume: "config",
  folder: "/etc/haproxy",
  hostName: "gateway",
};
const GATEWAY: ListedContainer = { id: "g1", image: "", running: true, labels: {}, published: [] };
const HOLDER = { labels: { "morgan.stack": "dev", "morgan.role": "gateway-files", "morgan.state": "a1", other: "x" } };

interface World {
  readonly gateways?: readonly ListedContainer[];
  /** HAProxy's answer to the signal. */
  readonly answer?: string;
  /** Part of a call that fails. */
  readonly failing?: string;
}

async function run({ gateways = [GATEWAY], answer = "Loading success.", failing = "never" }: World = {}) {
  const asked: unknown[] = [];
  const reports: string[] = [];
  let log = "Loading success.\n";
  const docker = new FakeProgram((call) => {
    if (call.includes(failing)) return { code: 1, stderr: "no-such-word" };
    if (call.includes("kill -USR2 1")) log += `${answer}\n`;
    return call === "logs g1" ? { stderr: log } : undefined;
  });
  const engine = {
    inspect: () => Promise.resolve(HOLDER as unknown as InspectedContainer),
    containers: (filter: unknown) => {
      asked.push(filter);
      return Promise.resolve(gateways);
    },
  };
  const tools = {
    engine,
    docker: docker.run,
    sleep: () => Promise.resolve(),
    report: (text: string) => void reports.push(text),
  };
  const error = await reload(ARGS, tools).then(() => "", messageOf);
  return { error, docker, asked, reports };
}

describe("a reload of the gateway", () => {
  it("checks and copies the files in the gateway's image, with the labels of the files container", async () => {
    const { error, docker, asked } = await run();
    expect(error).to.equal("");
    const [takeOver = ""] = docker.calls;
    expect(takeOver).to.match(
      /^run --rm .*--network none --read-only .*--cap-drop ALL .*--add-host gateway:127.0.0.1 /,
    );
    for (const label of ["morgan.stack=dev", "morgan.state=a1", "morgan.role=gateway-config"])
      expect(takeOver).to.include(`--label ${label}`);
    expect(takeOver).not.to.include("other=x");
    expect(takeOver).to.match(/--volumes-from files:ro --volume config:\/current haproxy@sha256:1 \/bin\/sh -eus/);
    expect(docker.inputs[0]).to.match(/^haproxy -c -f "\$1\/haproxy.cfg"/);
    expect(asked).to.deep.equal([{ labels: { "morgan.role": "gateway" }, volume: "config" }]);
  });

  it("saves the states of the servers before the signal", async () => {
    const { docker } = await run();
    const calls = docker.having("exec g1");
    expect(calls[0]).to.include("show servers state");
    expect(calls[1]).to.include("kill -USR2 1");
    expect(calls).to.have.length(2);
  });

  it("ends after the copy if no gateway runs", async () => {
    for (const gateways of [[], [{ ...GATEWAY, running: false }]]) {
      expect((await run({ gateways })).docker.calls).to.have.length(1);
    }
  });

  it("sends no signal if the configuration is wrong, and fails with HAProxy's words", async () => {
    const { error, docker } = await run({ failing: "run --rm" });
    expect(error).to.include("no-such-word");
    expect(docker.calls).to.have.length(1);
  });

  it("goes on without the states", async () => {
    const { error, reports } = await run({ failing: "show servers state" });
    expect(error).to.equal("");
    expect(reports.join()).to.include("look for them anew");
  });

  it("fails with the end of the log if HAProxy refuses the configuration, or gives no answer", async () => {
    for (const answer of ["Loading failure!", "nothing"]) {
      const { error } = await run({ answer });
      expect(error).to.match(/^the gateway goes on with its old configuration:\n/);
      expect(error).to.include(answer);
    }
  });

  it("finds HAProxy's answers in order", () => {
    expect(answersIn("a\nLoading success.\nb Loading failure!\n")).to.deep.equal(["success", "failure"]);
  });
});
