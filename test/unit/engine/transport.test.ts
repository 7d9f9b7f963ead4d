import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { DialStdio } from "../../../components/engine/dial-stdio.ts";
import { connectEngine } from "../../../components/engine/engine.ts";
import { engineAt } from "../support/config.ts";
import { useFolder } from "../support/project.ts";
import { useVariable } from "../support/variable.ts";

const INFO = JSON.stringify({ ID: "e1", Name: "box", ServerVersion: "28.5.2", NCPU: 2, SecurityOptions: [] });

describe("the way to an engine", () => {
  const project = useFolder();
  const setPath = useVariable("PATH");
  const servers: Server[] = [];
  const answer: RequestListener = (request, response) => {
    if (request.url === "/events?filters=%7B%7D") return;
    response.statusCode = request.url === "/info" ? 200 : 404;
    response.end(INFO);
  };
  const port = async (server: Server, host: string): Promise<number> => {
    servers.push(server);
    await once(server.listen(0, host), "listening");
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  };
  const failure = (action: Promise<unknown>): Promise<string> => action.then(() => "no error", String);
  after(() => {
    for (const server of servers) server.close();
  });

  it("leads over TCP, also with IPv6", async () => {
    const four = await port(createServer(answer), "127.0.0.1");
    expect((await engineAt(`tcp://127.0.0.1:${four}`).facts()).name).to.equal("box");
    const six = await port(createServer(answer), "::1");
    expect((await engineAt(`tcp://[::1]:${six}`).facts()).name).to.equal("box");
  });

  it("fails if no engine is there, or another program, or no address", async () => {
    expect(await failure(engineAt("unix:///nowhere/engine.sock").facts())).to.contain("ENOENT");
    const other = await port(
      createServer((_, response) => {
        response.statusCode = 404;
        response.end("{}");
      }),
      "127.0.0.1",
    );
    expect(await failure(engineAt(`tcp://127.0.0.1:${other}`).facts())).to.contain("no container engine");
    expect(await failure(engineAt("ftp://box").facts())).to.contain("ftp://box");
  });

  describe("with TLS", () => {
    let address = "";
    const at = (name: string): string => join(project.folder, name);
    const openssl = (...args: readonly string[]): void => {
      execFileSync("openssl", args, { stdio: "pipe" });
    };
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const authority = (folder: string): void => {
      mkdirSync(at(folder), { recursive: true });
      const files = ["-keyout", at(`${folder}/ca.key`), "-out", at(`${folder}/ca.pem`)];
      openssl("req", "-x509", ...key, "-days", "2", "-subj", "/CN=test", ...files);
    };
    const sign = (folder: string, name: string): void => {
      const names = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
      openssl("req", ...key, ...names, "-keyout", at(`${folder}/key.pem`), "-out", at(`${folder}/request.pem`));
      const by = ["-CA", at("tls/ca.pem"), "-CAkey", at("tls/ca.key"), "-days", "2", "-copy_extensions", "copy"];
      openssl("x509", "-req", "-in", at(`${folder}/request.pem`), ...by, "-out", at(`${folder}/cert.pem`));
    };
    before(async () => {
      authority("tls");
      sign("tls", "client");
      mkdirSync(at("server"), { recursive: true });
      sign("server", "server");
      authority("other");
      sign("other", "client");
      const [ca, cert, own] = ["tls/ca.pem", "server/cert.pem", "server/key.pem"].map((name) => readFileSync(at(name)));
      const server = createSecureServer({ ca, cert, key: own, requestCert: true, rejectUnauthorized: true }, answer);
      address = `tcp://127.0.0.1:${await port(server, "127.0.0.1")}`;
    });

    it("proves who the client is, and who the engine is", async () => {
      expect((await connectEngine({ host: address, certificates: at("tls") }).facts()).name).to.equal("box");
      expect(await failure(connectEngine({ host: address, certificates: at("other") }).facts())).to.match(
        /certificate/,
      );
    });

    it("fails without the files, at the first request", async () => {
      const engine = connectEngine({ host: address, certificates: at("none") });
      expect(await failure(engine.facts())).to.contain("none/ca.pem");
    });
  });

  describe("through a program, as for SSH", () => {
    const docker = (script: string): void => {
      project.write("bin/docker", `#!/bin/sh\n${script}\n`);
      chmodSync(join(project.folder, "bin/docker"), 0o755);
    };
    const before_ = process.env["PATH"] ?? "";
    before(async () => {
      const server = createServer(answer);
      servers.push(server);
      await once(server.listen(join(project.folder, "engine.sock")), "listening");
      project.write(
        "bin/copy.mjs",
        `import { connect } from "node:net";
         const socket = connect(process.argv[2]);
         process.stdin.pipe(socket);
         socket.pipe(process.stdout);`,
      );
      setPath(`${join(project.folder, "bin")}:${before_}`);
    });
    after(() => {
      setPath(before_);
    });

    it("sends several requests, to the address", async () => {
      docker(
        `echo "$*" >> ${project.folder}/calls\nexec node ${project.folder}/bin/copy.mjs ${project.folder}/engine.sock`,
      );
      const engine = engineAt("ssh://ada@box");
      expect((await engine.facts()).name).to.equal("box");
      expect(await Promise.all([engine.facts(), engine.hasImage("none")])).to.have.length(2);
      const calls = readFileSync(join(project.folder, "calls"), "utf8").trim().split("\n");
      expect(new Set(calls)).to.deep.equal(new Set(["--host ssh://ada@box system dial-stdio"]));
      expect(calls.length, "a connection serves again").to.be.lessThan(3);
    });

    it("fails with what the program printed", async () => {
      docker('echo "ssh: Could not resolve hostname box" >&2; exit 255');
      expect(await failure(engineAt("ssh://box").facts())).to.contain("Could not resolve hostname box");
    });

    it("fails if there is no such program", async () => {
      setPath(join(project.folder, "empty"));
      const message = await failure(engineAt("ssh://box").facts());
      setPath(`${join(project.folder, "bin")}:${before_}`);
      expect(message).to.contain("docker could not be started");
    });

    it("notices that nothing arrives any more", async () => {
      const silent = new DialStdio("sleep", ["30"]);
      silent.setTimeout(1);
      await once(silent, "timeout");
      silent.destroy();
    });
  });
});
