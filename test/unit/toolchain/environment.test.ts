import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { environment, recordedBaseImages, removeEmpty } from "../../../toolchain/lib/environment.mjs";

describe("the environment of a run", () => {
  let root: string;
  let machine: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "morgan-environment-"));
    machine = join(root, ".morgan/machine.json");
    mkdirSync(join(root, ".morgan"));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });
  const of = (env: NodeJS.ProcessEnv = {}): Record<string, string> =>
    environment({ root, env: { HOME: "/home/ada", PATH: "/usr/bin", ...env } });

  it("names the cache folder, also in a run that inherits another one", () => {
    expect(of()["MORGAN_CACHE"]).to.equal("/home/ada/.cache/morgan");
    expect(of({ XDG_CACHE_HOME: "" })["MORGAN_CACHE"]).to.equal("/home/ada/.cache/morgan");
    expect(of({ XDG_CACHE_HOME: "/caches", MORGAN_CACHE: "/old" })["MORGAN_CACHE"]).to.equal("/caches/morgan");
  });

  it("names one folder for the temporary files of a shell's runs, also in a run that inherits another one", () => {
    const folder = join(root, ".morgan/runs/shell");
    expect(of()["MORGAN_TMPDIR"]).to.equal(folder);
    expect(of({ MORGAN_TMPDIR: "/other/.morgan/runs/run-1" })["MORGAN_TMPDIR"]).to.equal(folder);
  });

  it("names the source of base images that set-up recorded, unless the user names one", () => {
    writeFileSync(machine, '{"baseImages":"debian"}');
    expect(of()["MORGAN_BASE_IMAGES"]).to.equal("debian");
    expect(of({ MORGAN_BASE_IMAGES: "" })["MORGAN_BASE_IMAGES"]).to.equal("debian");
    expect(of({ MORGAN_BASE_IMAGES: "registry" })["MORGAN_BASE_IMAGES"]).to.equal("registry");
  });

  it("names no source of base images before set-up recorded one", () => {
    expect(of()).not.to.have.property("MORGAN_BASE_IMAGES");
  });

  it("counts an empty variable as unset, as a CI system sets one without a value", () => {
    for (const name of ["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE_FILE", "GOGC", "NODE_COMPILE_CACHE"])
      expect(of({ [name]: "" })[name], name)
        .to.equal(of()[name])
        .and.not.equal(undefined);
    expect(of({ PULUMI_BACKEND_URL: "s3://bucket" })).not.to.have.property("PULUMI_BACKEND_URL");
  });

  it("passes no empty variable on, except a passphrase and what npm sets", () => {
    const env = { DOCKER_HOST: "", PIP_INDEX_URL: "", LANG: "C", PULUMI_CONFIG_PASSPHRASE: "", npm_config_stack: "" };
    removeEmpty(env);
    expect(env).to.deep.equal({ LANG: "C", PULUMI_CONFIG_PASSPHRASE: "", npm_config_stack: "" });
  });

  for (const text of ["", "{", "null", "[]", '"debian"', '{"baseImages":"ubuntu"}']) {
    it(`ignores a record of ${JSON.stringify(text)}`, () => {
      writeFileSync(machine, text);
      expect(recordedBaseImages({ machine })).to.equal(undefined);
    });
  }
});
