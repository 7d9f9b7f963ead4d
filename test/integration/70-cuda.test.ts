import { expect } from "chai";
import { docker } from "./support/engine.ts";
import { manifestOf } from "./support/registry.ts";
import { TestStack } from "./support/test-stack.ts";

/** A VITS model of a few thousand random weights, saved and loaded as a real one is, says something. */
const SPEAK = `
import json, tempfile
from pathlib import Path
import torch
from transformers import AutoTokenizer, VitsConfig, VitsModel, VitsTokenizer
folder = Path(tempfile.mkdtemp())
letters = folder / "letters.json"
letters.write_text(json.dumps({letter: index for index, letter in enumerate("_abcdefghijklmnopqrstuvwxyz ")}))
VitsTokenizer(str(letters), pad_token="_", phonemize=False, is_uroman=False).save_pretrained(folder)
VitsModel(VitsConfig(
    vocab_size=28, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, ffn_dim=16, flow_size=16,
    spectrogram_bins=33, upsample_initial_channel=32, upsample_rates=[4, 4], upsample_kernel_sizes=[8, 8],
)).save_pretrained(folder)
tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
model = VitsModel.from_pretrained(folder, local_files_only=True, use_safetensors=True).eval()
with torch.inference_mode():
    waveform = model(**tokenizer("hello there", return_tensors="pt")).waveform[0]
print(json.dumps({"cuda": torch.version.cuda, "samples": len(waveform), "finite": bool(waveform.isfinite().all())}))
`;

/** What CTranslate2 opens when a model goes to a GPU; without one the libraries can be loaded all the same. */
const TRANSCRIBE = `
import ctypes, importlib.util, json, nvidia
import ctranslate2, faster_whisper
for library in ("libcublasLt.so.12", "libcublas.so.12"):
    ctypes.CDLL(f"{nvidia.__path__[0]}/cublas/lib/{library}", ctypes.RTLD_GLOBAL)
print(json.dumps({
    "torch": importlib.util.find_spec("torch") is not None,
    "cpu": sorted(ctranslate2.get_supported_compute_types("cpu")),
}))
`;

describe("the images for CUDA, on a machine that need not have a GPU", () => {
  let stack: TestStack;
  const image = (stage: string): string => `127.0.0.1:${String(stack.registryPort)}/morgan/${stage}:${stack.name}`;
  const layers = async (stage: string): Promise<string[]> =>
    (await manifestOf(image(stage))).layers.map(({ digest }) => digest);
  /** What a program prints in an image, confined as a service is. */
  const run = (stage: string, ...command: readonly string[]): string => {
    const confined = ["--rm", "--network=none", "--read-only", "--tmpfs=/tmp", "--entrypoint", ""];
    return docker("run", ...confined, image(stage), ...command).trim();
  };
  const python = (stage: string, program: string): unknown =>
    JSON.parse(run(stage, "python3", "-c", program).split("\n").at(-1) ?? "");
  /** Paths of the shared libraries in an image. */
  const libraries = (stage: string): string[] =>
    run(stage, "find", "/opt", "/usr", "-type", "f", "-name", "lib*.so*").split("\n");

  before("builds them; without weights no service gets ready", async () => {
    stack = await TestStack.create({ accelerator: "cuda", services: ["tts", "stt"] });
    const said = await stack.failure("up", {}, { continueOnError: true });
    expect(said)
      .to.match(/Container tts .*failed/)
      .and.match(/Container stt .*failed/);
  });

  after(() => stack.dispose());

  it("stand on each other, layer by layer, so that the registry has the CUDA libraries and torch once", async () => {
    const [base, cuda, torch, tts, stt] = await Promise.all(
      ["base", "cuda-deps", "torch-deps", "tts", "stt"].map(layers),
    );
    expect(cuda?.slice(0, base?.length)).to.deep.equal(base);
    expect(torch?.slice(0, cuda?.length)).to.deep.equal(cuda);
    expect(tts?.slice(0, torch?.length)).to.deep.equal(torch);
    expect(stt?.slice(0, cuda?.length)).to.deep.equal(cuda);
    for (const [above, below] of [
      [cuda, base],
      [torch, cuda],
      [tts, torch],
      [stt, cuda],
    ] as const) {
      expect(above?.length).to.be.above(below?.length ?? 0);
    }
  });

  it("let a torch model speak on the processor, with all that was left out", () => {
    const said = python("tts", SPEAK);
    expect(said).to.deep.include({ cuda: "12.4", finite: true });
    expect(said).to.have.property("samples").that.is.above(0);
    expect(run("tts", "python3", "-c", "import morgan_tts.vits_engine")).to.equal("");
  });

  it("let faster-whisper load without torch, and the one CUDA library that it opens", () => {
    expect(python("stt", TRANSCRIBE)).to.deep.include({ torch: false }).and.have.property("cpu").that.includes("int8");
  });

  it("hold no CUDA library twice, and those that each needs", () => {
    for (const [stage, cudnn] of [
      ["tts", 1],
      ["stt", 0],
    ] as const) {
      const names = libraries(stage).map((path) => path.split("/").at(-1) ?? "");
      const count = (library: RegExp): number => names.filter((name) => library.test(name)).length;
      expect(count(/^libcublas\.so/), stage).to.equal(1);
      expect(count(/^libcublasLt\.so/), stage).to.equal(1);
      expect(count(/^libcudnn\.so/), stage).to.equal(cudnn);
      const cuda = names
        .filter((name) => /^lib(?:cu|nccl|nv|torch)/.test(name))
        .map((name) => name.replace(/\.so.*/, ""));
      expect(
        cuda.filter((name, index) => cuda.indexOf(name) !== index),
        stage,
      ).to.deep.equal([]);
    }
  });
});
