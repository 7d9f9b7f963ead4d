import { expect } from "chai";
import { httpGet, tcpProbe, type HttpRoute } from "../../../components/host/http.ts";
import { useHttpServer } from "../support/http-server.ts";

const DIRECT: HttpRoute = { certificates: "", proxy: { url: "", except: [] } };

describe("a request over the network", () => {
  let asked: { readonly url: string; readonly login: string };
  const address = useHttpServer((request, response) => {
    asked = { url: request.url ?? "", login: request.headers.authorization ?? "" };
    // A body that never ends: nobody may wait for it.
    response.writeHead(request.url?.includes("secret") === true ? 401 : 200).write("x");
  });
  const at = (path: string): string => `http://${address()}${path}`;

  it("returns the status alone", async () => {
    expect(await httpGet(at("/a"), DIRECT)).to.deep.equal({ status: 200 });
    expect(await httpGet(at("/secret"), DIRECT)).to.deep.equal({ status: 401 });
  });

  it("has credentials if some are given", async () => {
    await httpGet(at("/a"), DIRECT);
    expect(asked.login).to.equal("");
    await httpGet(at("/a"), { ...DIRECT, login: { user: "ci", password: "p:w" } });
    expect(asked.login).to.equal(`Basic ${Buffer.from("ci:p:w").toString("base64")}`);
  });

  it("goes through the proxy, except to hosts that are reached without it", async () => {
    const proxy = { url: at(""), except: [] };
    expect(await httpGet("http://nowhere.invalid/a", { ...DIRECT, proxy })).to.deep.equal({ status: 200 });
    expect(asked.url).to.equal("http://nowhere.invalid/a");
    await httpGet(at("/b"), { ...DIRECT, proxy: { url: "http://127.0.0.1:1", except: ["127.0.0.1"] } });
    expect(asked.url).to.equal("/b");
  });

  it("returns the code of an error if no server listens", async () => {
    expect(await httpGet("http://127.0.0.1:1/", DIRECT)).to.deep.equal({ error: "ECONNREFUSED" });
    expect(await tcpProbe("127.0.0.1", 1)).to.equal("ECONNREFUSED");
    expect(await tcpProbe("127.0.0.1", Number(new URL(at("")).port))).to.equal(undefined);
  });
});
