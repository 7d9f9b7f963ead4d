import { expect } from "chai";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { MorganStack } from "../../../components/stack.ts";
import { FACTS, fakeEngine, stackConfig } from "../support/config.ts";
import { useProject } from "../support/project.ts";
import { record, type Registrations } from "../support/registrations.ts";

const up = (): Promise<Registrations> =>
  record(
    () =>
      new MorganStack("morgan", {
        config: stackConfig({ accelerator: "cuda" }),
        engine: fakeEngine(),
        facts: FACTS,
        gpuPlan: NO_GPU,
      }),
  );

/** The resources of a provider whose inputs differ, which an `up` would build again or replace. */
function changed(before: Registrations, after: Registrations): string[] {
  const inputs = (registrations: Registrations): Map<string, string> =>
    new Map(
      registrations.all
        .filter(({ type }) => !type.startsWith("morgan:"))
        .map(({ type, name, inputs }) => [`${type.split(":").at(-1) ?? ""} ${name}`, JSON.stringify(inputs)]),
    );
  const [old, young] = [inputs(before), inputs(after)];
  return [...new Set([...old.keys(), ...young.keys()])].filter((key) => old.get(key) !== young.get(key)).sort();
}

const stages = (...names: string[]): string[] => names.map((name) => `Image ${name}`);
const containers = (...names: string[]): string[] => names.map((name) => `Container ${name}`);

describe("a change", () => {
  const project = useProject();
  let before: Registrations;
  beforeEach(async () => {
    before = await up();
  });
  const change = async (path: string, text: string): Promise<string[]> => {
    project.write(path, text);
    return changed(before, await up());
  };

  it("of nothing builds nothing", async () => {
    expect(changed(before, await up())).to.deep.equal([]);
  });

  it("in one service's code builds one image and replaces one container", async () => {
    expect(await change("services/tts/morgan_tts/__init__.py", "# another line\n")).to.have.members([
      ...stages("tts"),
      ...containers("tts"),
    ]);
  });

  it("in the code that services share builds every service's image, and no dependencies", async () => {
    expect(await change("services/shared/morgan_shared/__init__.py", "# another line\n")).to.have.members([
      ...stages("core", "llm", "tts", "stt", "vad"),
      ...containers("core", "llm", "tts", "stt", "vad"),
    ]);
  });

  it("in one service's requirements builds its dependencies and its image", async () => {
    expect(await change("requirements/vad.txt", "# another lock\n")).to.have.members([
      ...stages("vad-deps", "vad"),
      ...containers("vad"),
    ]);
  });

  it("in the CUDA requirements builds the stages that are built on them", async () => {
    expect(await change("requirements/cuda-12.4.txt", "# another lock\n")).to.have.members([
      ...stages("cuda-deps", "torch-deps", "tts-deps", "stt-deps", "tts", "stt"),
      ...containers("tts", "stt"),
    ]);
  });

  it("in torch's requirements builds the stages on torch, but not stt", async () => {
    expect(await change("requirements/torch-12.4.txt", "# another lock\n")).to.have.members([
      ...stages("torch-deps", "tts-deps", "tts"),
      ...containers("tts"),
    ]);
  });

  it("in tts' requirements never builds torch's layer again", async () => {
    expect(await change("requirements/tts-12.4.txt", "# one dependency more\n")).to.have.members([
      ...stages("tts-deps", "tts"),
      ...containers("tts"),
    ]);
  });

  it("in the locks of another CUDA version builds nothing", async () => {
    for (const name of ["cuda", "torch", "stt"]) project.write(`requirements/${name}-12.8.txt`, "# another lock\n");
    expect(await change("requirements/tts-12.8.txt", "# another lock\n")).to.deep.equal([]);
  });

  it("in the base's requirements builds every stage on the base, but no backing service", async () => {
    expect(await change("requirements/base.txt", "# another lock\n")).to.have.members([
      ...stages("base", "cuda-deps", "torch-deps"),
      ...["core", "llm", "tts", "stt", "vad"].flatMap((name) => stages(`${name}-deps`, name)),
      ...containers("core", "llm", "tts", "stt", "vad"),
    ]);
  });

  it("in files beside the sources builds nothing", async () => {
    project.write("services/core/tests/test_core.py", "# a test\n");
    project.write("services/core/morgan_core/__pycache__/app.pyc", "bytecode");
    expect(await change("services/core/morgan_core/.draft", "notes")).to.deep.equal([]);
  });
});
