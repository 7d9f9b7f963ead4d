import { expect } from "chai";
import { ImageGraph } from "../../../../components/image/image-graph.ts";
import { buildSettings } from "../../support/build.ts";
import { DEBIAN, stackServices } from "../../support/config.ts";
import { useProject } from "../../support/project.ts";
import { record, type Registered, type Registrations } from "../../support/registrations.ts";
import { useVariable } from "../../support/variable.ts";

const args = { services: stackServices(), accelerator: "cpu", baseImages: DEBIAN, uv: "uv" } as const;
const graph = (): Promise<Registrations> => record(() => new ImageGraph("images", { ...args, build: buildSettings() }));

describe("the provider of the builds", () => {
  useProject();
  const setHost = useVariable("DOCKER_HOST");
  const setTemporary = useVariable("MORGAN_TMPDIR");

  const provider = async (host: string | undefined): Promise<Registered | undefined> => {
    setHost(host);
    return (await graph()).all.find(({ type }) => type === "pulumi:providers:docker-build");
  };

  it("gets the same inputs by whatever address the engine is reached", async () => {
    const local = await provider(undefined);
    const remote = await provider("tcp://gpu:2375");
    expect(local?.inputs).to.include({ host: "unix:///var/run/docker.sock" });
    expect(remote?.inputs).to.deep.equal(local?.inputs);
  });

  it("keeps the address that an earlier up recorded, also that of a default provider", async () => {
    expect(await provider(undefined)).to.deep.include({ ignoreChanges: ["host"], aliases: ["default_0_0_22"] });
  });

  it("alone gets the run's folder for temporary files, whose path is no input", async () => {
    setTemporary("/checkout/.morgan/runs/run-1");
    const { all } = await graph();
    expect(all.filter(({ variables }) => Object.keys(variables).length > 0).map(({ name }) => name)).to.deep.equal([
      "docker-build",
    ]);
    const [found] = all.filter(({ name }) => name === "docker-build");
    expect(found?.variables).to.deep.equal({ MORGAN_TMPDIR: "TMPDIR" });
    expect(JSON.stringify(all)).to.not.include("/checkout/.morgan/runs");
  });

  it("makes every image", async () => {
    const images = (await graph()).of("image");
    expect(new Set(images.map((image) => image.provider))).to.deep.equal(new Set(["docker-build"]));
  });
});
