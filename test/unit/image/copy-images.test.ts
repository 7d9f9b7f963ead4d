import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { execute } from "../../../cli/lib/run-program.ts";
import { useFolder } from "../support/project.ts";
import { usePrograms } from "../support/programs.ts";
import { useVariable } from "../support/variable.ts";

const SCRIPT = fileURLToPath(new URL("../../../components/image/copy-images.sh", import.meta.url));
const MANIFEST = "the manifest";
const DIGEST = `sha256:${createHash("sha256").update(MANIFEST).digest("hex")}`;
const [SOURCE, TARGET] = ["a.b/dev/images", "a.b/prod/images"];

/** A Docker client with an empty registry. `pulled` and `kept` are the ids of images that its engine has. */
const docker = (manifest: string, pulled: string, kept: string, pushes = 'echo "$*" >>created'): string => `
case "$*" in
  *imagetools\\ create*|*push*) ${pushes};;
  *imagetools\\ inspect*)
    for name; do :; done
    grep -qs -- "$name\\b" created || exit 1
    printf '%s' '${manifest}';;
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
    project.remove("created");
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

  it("copies no image that the target already has, since the source may be gone", async () => {
    programs.write("docker", docker(MANIFEST, DIGEST, ""));
    for (const name of ["llm", "vad"]) appendFileSync("created", `${TARGET}:${name}.prod \n`);
    const { code, calls } = await copy();
    expect(code).to.equal(0);
    expect(calls.filter((call) => call.includes("imagetools create"))).to.deep.equal([]);
    expect(calls).to.include(`docker pull --quiet ${TARGET}:llm.prod`);
  });

  it("needs neither source nor registry for images that the engine already has", async () => {
    programs.write("docker", docker("another", "another", DIGEST, "exit 1"));
    const { code, stderr, calls } = await copy();
    expect(code).to.equal(0);
    expect(stderr).to.include(`${TARGET}:llm.prod is in the engine only: its registry did not take it`);
    expect(calls.filter((call) => /imagetools create|pull/.test(call))).to.deep.equal([]);
  });

  it("pushes an image from the engine to a registry only if the registry has lost it", async () => {
    const target = `${TARGET}:llm.prod`;
    programs.write("docker", docker(MANIFEST, "another", DIGEST));
    expect((await copy()).calls).to.include.members([
      `docker tag ${target}-r1 ${target}`,
      `docker push --quiet ${target}`,
    ]);
    for (const name of ["llm", "vad"]) appendFileSync("created", `${TARGET}:${name}.prod \n`);
    expect((await copy()).calls.filter((call) => !call.includes("inspect"))).to.deep.equal([]);
  });

  it("fails if the target has another image, and names both before the engine pulls", async () => {
    programs.write("docker", docker("another", DIGEST, ""));
    const { code, stderr, calls } = await copy();
    expect(code).to.equal(1);
    const found = createHash("sha256").update("another").digest("hex");
    expect(stderr).to.include(`${TARGET}:llm.prod is sha256:${found} and not ${DIGEST}, which ${SOURCE}@${DIGEST} is`);
    expect(calls.some((call) => call.startsWith("docker pull"))).to.equal(false);
  });

  it("tries again if the registry refuses an image", async () => {
    const refusedOnce = 'echo "$*" >>tries; [ "$(grep -c -- "$*" tries)" -gt 1 ] || exit 1; echo "$*" >>created';
    programs.write("docker", docker(MANIFEST, DIGEST, "", refusedOnce));
    const { code, stderr, calls } = await copy();
    expect(code, stderr).to.equal(0);
    expect(stderr).to.include(`${TARGET}:vad.prod was not copied; trying again in 1 s`);
    expect(calls.filter((call) => call.includes("imagetools create"))).to.have.length(4);
  });

  it("fails with the registry's words if the registry goes on refusing", async () => {
    programs.write("docker", docker(MANIFEST, DIGEST, "", "echo denied >&2; exit 1"));
    const { code, stderr, calls } = await copy();
    expect(code).to.equal(1);
    expect(stderr).to.include("denied");
    expect(calls.filter((call) => call.includes("imagetools create"))).to.have.length(6);
    expect(calls.some((call) => call.startsWith("docker pull"))).to.equal(false);
  });

  it("fails if the engine pulls another image", async () => {
    programs.write("docker", docker(MANIFEST, "sha256:other", ""));
    const { code, stderr, calls } = await copy();
    expect(code).to.equal(1);
    expect(stderr).to.include(`the engine got sha256:other for ${TARGET}:llm.prod and not ${DIGEST}`);
    expect(calls.some((call) => call.startsWith("docker tag"))).to.equal(false);
  });
});
