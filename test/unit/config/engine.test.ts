import { expect } from "chai";
import { DEFAULT_HOST } from "../../../toolchain/lib/engine-host.mjs";
import { checkTexts } from "../support/config.ts";
import { useFolder } from "../support/project.ts";

const PORTS: Readonly<Record<string, string>> = { gatewayPort: "8080", registryPort: "5101" };

describe("the engine in the configuration", () => {
  const project = useFolder();
  const check = (
    env: NodeJS.ProcessEnv,
    keys: readonly string[] = [],
    values: Readonly<Record<string, string>> = {},
  ): ReturnType<typeof checkTexts> =>
    checkTexts((key) => ({ ...PORTS, ...values })[key], {
      env: { HOME: project.folder, ...env },
      keys: () => keys,
    });

  it("comes from the environment, with the name that the configuration wants", () => {
    const { config, problems } = check({}, ["morgan:gatewayPort", "pulumi:autonaming"], { engine: "box" });
    expect(problems).to.deep.equal([]);
    expect(config.engine).to.deep.equal({
      host: DEFAULT_HOST,
      certificates: "",
      wanted: "box",
      userSettings: `${project.folder}/.config`,
    });
  });

  it("is a problem if the address is malformed", () => {
    const { config, problems } = check({ DOCKER_HOST: "ftp://box" });
    expect(problems.map(({ key, found }) => [key, found])).to.deep.equal([["DOCKER_HOST", '"ftp://box"']]);
    expect(config.engine.host).to.equal("");
  });

  it("is a problem if the providers would use another engine than the docker client", () => {
    project.write(".docker/config.json", '{"currentContext":"gpu"}');
    expect(check({}).problems.map(({ found }) => found)).to.deep.equal(['no context "gpu"']);
    const [problem] = check({ DOCKER_HOST: "127.0.0.1:2375" }).problems;
    expect(problem?.found).to.contain("DOCKER_HOST");
    expect(problem?.fix).to.contain("npm run -s env");
    project.remove(".docker");
  });

  for (const key of ["docker:host", "docker:context", "docker:registryAuth", "docker-build:host", "docker:certPath"]) {
    it(`refuses ${key}`, () => {
      const [problem, ...others] = check({}, [key]).problems;
      expect(problem).to.include({ key });
      expect(problem?.fix).to.contain(key.endsWith("Auth") ? "registryUser" : "DOCKER_HOST");
      expect(others).to.deep.equal([]);
    });
  }
});
