import { expect } from "chai";
import type { CudaVersion } from "../../../components/catalog/cuda-version.ts";
import * as pulumi from "@pulumi/pulumi";
import type { ListedContainer } from "../../../components/engine/containers.ts";
import type { Engine } from "../../../components/engine/engine.ts";
import type { MorganError } from "../../../components/lib/errors.ts";
import { checkSizes, type SizeCheckArgs } from "../../../components/size/check.ts";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { roleLabels } from "../../../components/engine/labels.ts";
import { MorganStack } from "../../../components/stack.ts";
import { FACTS, fakeEngine, listing, stackConfig, stackServices, IDENTITY } from "../support/config.ts";
import { useLogs } from "../support/logs.ts";
import { useProject } from "../support/project.ts";
import { record, recordFailure, type RecordOptions } from "../support/registrations.ts";

const MB = 1e6;
const SMALL = { unpacked: 10 * MB, compressed: 5 * MB };
const LARGE = { unpacked: 9_000 * MB, compressed: 10 * MB };
const DIGEST = `sha256:${"0".repeat(64)}`;
const image = (service: string): string => `registry/morgan/images:${service}.dev@${DIGEST}`;
const serviceOf = (ref: string): string => /:(\w+)\./.exec(ref)?.[1] ?? ref;

/** An engine that records its requests, and in which the images of some services are too large. */
function engineWith(large: readonly string[], changes: Partial<Engine> = {}): { engine: Engine; asked: string[] } {
  const asked: string[] = [];
  const answer = <T>(question: string, value: T): Promise<T> => {
    asked.push(question);
    return Promise.resolve(value);
  };
  const engine = fakeEngine({
    imageSize: (ref) => answer(`size of ${serviceOf(ref)}`, large.includes(serviceOf(ref)) ? LARGE : SMALL),
    containers: () => answer("containers", []),
    run: (args) => answer(`run ${serviceOf(args.image)}`, '{"torch (Python)": 900000000, "libc6 (Debian)": 13000000}'),
    exec: (id) => answer(`exec ${id}`, '{"torch (Python)": 890000000, "libc6 (Debian)": 13000000}'),
    ...changes,
  });
  return { engine, asked };
}

const container = (id: string, changes: Partial<ListedContainer> = {}): ListedContainer => ({
  id,
  image: "sha256:before",
  running: true,
  labels: roleLabels(IDENTITY, "tts"),
  published: [],
  ...changes,
});

const stackWith = (engine: Engine, sizeBudgets: "enforce" | "warn") => (): unknown =>
  new MorganStack("morgan", {
    config: stackConfig({ images: { sizeBudgets } }),
    identity: IDENTITY,
    engine,
    facts: FACTS,
    gpuPlan: NO_GPU,
  });

describe("the images of a stack and their size budgets", () => {
  useProject();
  const logs = useLogs();

  for (const sizeBudgets of ["enforce", "warn"] as const) {
    it(`need one request for each image if no image is too large, with ${sizeBudgets}`, async () => {
      const { engine, asked } = engineWith([]);
      await record(stackWith(engine, sizeBudgets));
      expect(asked).to.have.members(stackServices().map(({ name }) => `size of ${name}`));
      expect(logs.warn).to.deep.equal([]);
    });
  }

  it("fail in one message and hold back all services if they are enforced, so that no rollout is half done", async () => {
    const { engine } = engineWith(["tts", "stt"]);
    const { registrations, errors } = await recordFailure(stackWith(engine, "enforce"));
    expect(errors).to.have.length(1);
    const { problems, message } = errors[0] as MorganError;
    expect(problems.map(({ key }) => key)).to.deep.equal(["tts.variants.cpu.budget", "stt.variants.cpu.budget"]);
    expect(message).to.match(/^2 problems; no service is deployed; the old containers keep running\.\n/);
    expect(message).to.contain("9000.0 MB unpacked and 10.0 MB compressed; largest: torch (Python) 900.0 MB");
    expect(logs.warn).to.deep.equal([]);
    const containers = registrations.names("container");
    expect(containers).to.include("gateway");
    for (const { name } of stackServices()) expect(containers).not.to.include(name);
  });

  it("are a warning for each image if they are not enforced, and all services are deployed", async () => {
    const { engine, asked } = engineWith(["tts", "stt"]);
    const registrations = await record(stackWith(engine, "warn"));
    expect(logs.warn).to.have.length(2);
    for (const warning of logs.warn) {
      expect(warning).to.match(
        /^1 problem; the image is deployed nevertheless\.\n {2}(tts|stt)\.variants\.cpu\.budget\n/,
      );
    }
    expect(registrations.names("container")).to.include.members(["core", "llm", "tts", "stt", "vad"]);
    expect(asked.filter((question) => question === "containers")).to.have.length(2);
  });
});

describe("an image over its budget", () => {
  const logs = useLogs();
  const args = (engine: Engine, changes: Partial<SizeCheckArgs> = {}): SizeCheckArgs => ({
    identity: IDENTITY,
    services: stackServices(),
    images: { tts: image("tts") },
    makers: [],
    sizeBudgets: "enforce",
    engine,
    ...changes,
  });
  /** Returns the message of the check: the error, or else the warning. */
  const said = async (checked: SizeCheckArgs, options: RecordOptions = {}): Promise<string> => {
    const { errors } = await recordFailure(() => checkSizes(checked), options);
    return [...errors.map((error) => (error as Error).message), ...logs.warn].join("\n");
  };

  for (const sizeBudgets of ["enforce", "warn"] as const) {
    it(`is reported with what grew since the running container of its service, with ${sizeBudgets}`, async () => {
      const containers = [
        container("failed-rollout"),
        container("tts-old"),
        container("stopped", { running: false }),
        container("other-stack", { labels: roleLabels({ ...IDENTITY, id: "another" }, "tts") }),
        container("other-service", { labels: roleLabels(IDENTITY, "stt") }),
      ];
      const { engine, asked } = engineWith(["tts"], { containers: listing(containers) });
      const message = await said(args(engine, { sizeBudgets }));
      expect(message).to.contain("; grew since the image that runs: torch (Python) +10.0 MB\n");
      expect(asked).to.have.members(["size of tts", "run tts", "exec tts-old"]);
    });
  }

  it("is not opened again if it runs already; if the budget is enforced, the largest packages are named", async () => {
    const containers = (): Promise<ListedContainer[]> => Promise.resolve([container("same", { image: DIGEST })]);
    const warned = engineWith(["tts"], { containers });
    expect(await said(args(warned.engine, { sizeBudgets: "warn" }))).to.contain(
      "10.0 MB compressed; it runs already\n",
    );
    expect(warned.asked).to.deep.equal(["size of tts"]);
    const failed = engineWith(["tts"], { containers });
    expect(await said(args(failed.engine))).to.contain("; largest: torch (Python) 900.0 MB; libc6 (Debian) 13.0 MB\n");
    expect(failed.asked).to.deep.equal(["size of tts", "run tts"]);
  });

  it("is reported also if the reason for its size is not known", async () => {
    const { engine } = engineWith(["tts"], { run: () => Promise.reject(new Error("no python3 in there")) });
    const message = await said(args(engine));
    expect(message).to.contain("9000.0 MB unpacked").and.contain("the growth is not known: no python3 in there");
  });

  it("is compared with the budget of the stack's accelerator and CUDA version", async () => {
    // Between the budgets of the two CUDA versions.
    const size = { unpacked: 6_080 * MB, compressed: 3_040 * MB };
    const { engine } = engineWith([], { imageSize: () => Promise.resolve(size) });
    const cuda = (cudaVersion: CudaVersion) => stackServices({ services: ["tts"], accelerator: "cuda", cudaVersion });
    expect(await said(args(engine, { services: cuda("12.8") }))).to.equal("");
    expect(await said(args(engine, { services: cuda("12.4") }))).to.contain("tts.variants.cuda.budget");
    expect(await said(args(engine))).to.contain("tts.variants.cpu.budget");
  });

  it("fails a preview too if the image is known by then", async () => {
    expect(await said(args(engineWith(["tts"]).engine), { preview: true })).to.match(
      /^1 problem; no service is deployed/,
    );
  });

  it("is not checked in a preview that has to build the image", async () => {
    const { engine, asked } = engineWith(["tts", "stt"]);
    const deployed: string[] = [];
    const preview = (known: string): Promise<{ readonly errors: readonly unknown[] }> =>
      recordFailure(
        () => {
          const images = { tts: new Built("built").ref, [known]: image(known) };
          checkSizes(args(engine, { images }))[known]?.ref.apply((ref) => deployed.push(ref));
        },
        { preview: true },
      );
    expect((await preview("vad")).errors).to.deep.equal([]);
    expect(asked).to.deep.equal(["size of vad"]);
    expect(deployed, "what is known does not wait").to.deep.equal([image("vad")]);
    expect((await preview("stt")).errors.map(String).join(), "of what is known").to.contain("stt.variants.cpu.budget");
  });

  it("is not checked, with a debug message, if the engine does not have the image", async () => {
    const { engine } = engineWith([], { imageSize: () => Promise.resolve({ unpacked: 0, compressed: 0 }) });
    expect(await said(args(engine))).to.equal("");
    expect(logs.debug).to.include(`tts: the engine does not have ${image("tts")}; its size is not checked`);
  });
});

/** A resource with an output that is not known before it is made. */
class Built extends pulumi.CustomResource {
  declare readonly ref: pulumi.Output<string>;

  constructor(name: string) {
    super("test:index:Built", name, { ref: undefined });
  }
}
