import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { execute } from "../../cli/pulumi.ts";
import { useFolder } from "./support/project.ts";
import { usePrograms } from "./support/programs.ts";
import { useVariable } from "./support/variable.ts";

const SCRIPT = fileURLToPath(new URL("../../components/image/copy.sh", import.meta.url));
const MANIFEST = "the manifest";
const DIGEST = `sha256:${createHash("sha256").update(MANIFEST).digest("hex")}`;
const [SOURCE, TARGET] = ["a.b/dev/images", "a.b/prod/images"];

/** A registry and an engine that have what they are told to have. */
const docker = (manifest: string, pulled: string, kept: string): string => `
case "$*" in
  *imagetools\\ create*) ;;
  *imagetools\\ inspect*) printf '%s' '${manifest}';;
  *image\\ inspect*-r1) [ -n "${kept}" ] && echo ${kept};;
  *image\\ inspect*) echo ${pulled};;
esac`;

describe("the copy of a release", () => {
  const project = useFolder();
  const programs = usePrograms(project);
  const useCopies = useVariable("MORGAN_COPIES");
  const copy = async (): Promise<{ code: number; stderr: string; calls: string[] }> => {
    const line = (name: string): string =>
      `${SOURCE}@${DIGEST} ${TARGET}:${name}.prod ${DIGEST} ${TARGET}:${name}.prod-r1`;
    useCopies(["llm", "vad"].map(line).join("\n"));
    const { code, stderr } = await execute("bash", [SCRIPT]);
    return { code, stderr, calls: programs.called() };
  };

  it("copies, reads back, pulls and names every image", async () => {
    programs.write("docker", docker(MANIFEST, DIGEST, ""));
    const { code, calls } = await copy();
    expect(code).to.equal(0);
    for (const name of ["llm", "vad"]) {
      const target = `${TARGET}:${name}.prod`;
      expect(calls).to.include.members([
        `docker buildx imagetools create --prefer-index=false --tag ${target} ${SOURCE}@${DIGEST}`,
        `docker buildx imagetools inspect --raw ${target}`,
        `docker pull --quiet ${target}`,
        `docker tag ${target} ${target}-r1`,
      ]);
    }
  });

  it("asks no registry for what the engine has under the release's name", async () => {
    programs.write("docker", docker("another", "another", DIGEST));
    const { code, calls } = await copy();
    expect(code).to.equal(0);
    expect(calls.filter((call) => !call.startsWith("docker image inspect"))).to.deep.equal([]);
  });

  it("fails where the target holds another image, and names both, before the engine gets it", async () => {
    programs.write("docker", docker("another", DIGEST, ""));
    const { code, stderr, calls } = await copy();
    expect(code).to.equal(1);
    const found = createHash("sha256").update("another").digest("hex");
    expect(stderr).to.include(`${TARGET}:llm.prod is sha256:${found} and not ${DIGEST}, which ${SOURCE}@${DIGEST} is`);
    expect(calls.some((call) => call.startsWith("docker pull"))).to.equal(false);
  });

  it("fails where the engine gets another one", async () => {
    programs.write("docker", docker(MANIFEST, "sha256:other", ""));
    const { code, stderr, calls } = await copy();
    expect(code).to.equal(1);
    expect(stderr).to.include(`the engine got sha256:other for ${TARGET}:llm.prod and not ${DIGEST}`);
    expect(calls.some((call) => call.startsWith("docker tag"))).to.equal(false);
  });
});
