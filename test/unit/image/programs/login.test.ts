import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { loggedIn, withLogin } from "../../../../components/image/programs/login.ts";
import { useFolder } from "../../support/project.ts";

const LOGIN = { host: "harbor.example.com", user: "ci", password: "a b:c" };
const AUTH = Buffer.from("ci:a b:c").toString("base64");

describe("the login of a program", () => {
  const project = useFolder();

  it("is beside the logins and the context that the client has", () => {
    const own = { auths: { "other.example.com": { auth: "x" } }, currentContext: "gpu" };
    expect(withLogin(own, LOGIN)).to.deep.equal({
      auths: { "other.example.com": { auth: "x" }, "harbor.example.com": { auth: AUTH } },
      currentContext: "gpu",
    });
  });

  it("comes before a helper that the client uses for all registries or for this one", () => {
    expect(withLogin({ credsStore: "desktop" }, LOGIN)["credHelpers"]).to.deep.equal({ "harbor.example.com": "" });
    const helpers = { "harbor.example.com": "pass", "gcr.io": "gcloud" };
    expect(withLogin({ credHelpers: helpers }, LOGIN)["credHelpers"]).to.deep.equal({
      "harbor.example.com": "",
      "gcr.io": "gcloud",
    });
  });

  it("is known to the client under the old name of Docker Hub", () => {
    expect(withLogin({}, { ...LOGIN, host: "docker.io" })["auths"]).to.have.all.keys("https://index.docker.io/v1/");
  });

  it("is in a folder of its own, which has everything else of the client's folder", () => {
    project.write("home/.docker/config.json", '{"currentContext":"gpu"}');
    project.write("home/.docker/contexts/meta/a/meta.json", "{}");
    project.write("home/.docker/notes", "text");
    mkdirSync("work");
    const { DOCKER_CONFIG: folder = "" } = loggedIn({ HOME: join(project.folder, "home") }, LOGIN, "work");
    const read = (path: string): string => readFileSync(join(folder, path), "utf8");
    expect(JSON.parse(read("config.json"))).to.deep.equal({
      currentContext: "gpu",
      auths: { "harbor.example.com": { auth: AUTH } },
    });
    expect(read("contexts/meta/a/meta.json")).to.equal("{}");
    expect(read("notes")).to.equal("text");
    expect(readFileSync("home/.docker/config.json", "utf8")).to.equal('{"currentContext":"gpu"}');
  });

  it("works without a client's folder, and with settings that nobody can parse", () => {
    mkdirSync("first");
    expect(loggedIn({ HOME: "/nowhere" }, LOGIN, "first")["DOCKER_CONFIG"]).to.equal(join("first", "docker"));
    mkdirSync("second");
    mkdirSync("broken");
    writeFileSync("broken/config.json", "{");
    const { DOCKER_CONFIG: folder = "" } = loggedIn({ DOCKER_CONFIG: "broken" }, LOGIN, "second");
    expect(readFileSync(join(folder, "config.json"), "utf8")).to.include(AUTH);
  });

  it("changes nothing if there is no login", () => {
    const env = { HOME: "/home/ada" };
    expect(loggedIn(env, undefined, "nowhere")).to.equal(env);
  });
});
