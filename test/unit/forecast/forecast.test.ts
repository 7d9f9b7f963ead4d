import { expect } from "chai";
import { NO_HISTORY, withForecast, type History } from "../../../components/forecast/forecast.ts";
import { recordUp, type Measured } from "../../../components/forecast/record.ts";
import { parseLastUp } from "../../../components/forecast/parse-last-up.ts";
import type { LastUp } from "../../../components/plan/last-up.ts";
import type { Plan } from "../../../components/plan/plan.ts";
import { planOf, STACK, withStage, without } from "../support/manifests.ts";

const HISTORY: History = {
  ...NO_HISTORY,
  seconds: { "tts-deps": [20, 30, 10], tts: [1, 1, 5], core: [2] },
  images: {
    "tts-deps": { seconds: [], layers: [9_000_000, 4_000_000], rest: 5000 },
    tts: { seconds: [], layers: [30_000], rest: 6000 },
    core: { seconds: [], layers: [25_000], rest: 6000 },
  },
  unpackedShare: 3,
  rest: { build: [3, 4, 8], deploy: [2] },
};

const line = planOf(withStage("core", { files: { "services/core/morgan_core/turn.py": "9" } }));
const dependency = planOf(withStage("tts-deps", { lock: "dddddddddddd", packages: { soundfile: "0.13.2" } }));
const forecastOf = (plan: Plan, history = HISTORY): Plan["forecast"] => withForecast(plan, history).forecast;

describe("the forecast of an up", () => {
  it("adds the middle of the last builds on the critical path to the middle of what else runs took", () => {
    expect(forecastOf(dependency)).to.deep.include({ seconds: 4 + 20 + 1, unknown: [] });
    // core and tts are built at the same time.
    const both = planOf(withStage("core", { files: {} }, withStage("tts", { files: {} })));
    expect(forecastOf(both).seconds).to.equal(4 + 2);
  });

  it("counts the layers that are new: of a package the last, of a service's files their own", () => {
    expect(forecastOf(line).bytes).to.equal(25_000 + 6000);
    // The layer with the files of tts is in the registry already.
    expect(forecastOf(dependency).bytes).to.equal(4_000_000 + 5000 + 6000);
    const system = planOf(withStage("tts-deps", { debian: [] }));
    expect(forecastOf(system).bytes).to.equal(13_000_000 + 5000 + 6000);
    const label = planOf(withStage("core", { arguments: { title: "another" } }));
    expect(forecastOf(label).bytes).to.equal(6000);
  });

  it("forecasts the disk from the share that the stack's images have", () => {
    expect(forecastOf(line).disk).to.equal(31_000 * 5);
    expect(forecastOf(line, { ...HISTORY, unpackedShare: undefined })).to.not.have.property("disk");
  });

  it("names what has no history, and guesses nothing", () => {
    expect(forecastOf(line, NO_HISTORY)).to.deep.equal({ unknown: ["core", "the containers' replacement"] });
    const seconds = without(HISTORY.seconds, "core");
    expect(forecastOf(line, { ...HISTORY, seconds })).to.deep.include({ unknown: ["core"] });
  });

  it("says nothing of the size of a package that is new, and names its image", () => {
    const added = planOf(withStage("tts-deps", { lock: "d", packages: { soundfile: "0.13.1", iniconfig: "2.1.0" } }));
    const unknown = ["the size of tts-deps"];
    // tts itself is pushed again, and its size is known.
    expect(forecastOf(added)).to.deep.include({ seconds: 4 + 20 + 1, bytes: 6000, unknown });
    const system = planOf(withStage("tts-deps", { debian: ["espeak-ng", "libsndfile1"] }));
    expect(forecastOf(system)).to.deep.include({ bytes: 6000, unknown });
  });

  it("takes what the stack recorded if the builder has no history any more", () => {
    const images = { ...HISTORY.images, core: { seconds: [7], layers: [25_000], rest: 6000 } };
    expect(forecastOf(line, { ...HISTORY, seconds: {}, images }).seconds).to.equal(4 + 7);
  });

  it("takes the runs that built nothing for a change of a setting, and is empty if nothing changes", () => {
    const setting = planOf({ ...STACK, passwordRevision: "2" });
    expect(forecastOf(setting)).to.deep.equal({ seconds: 2, unknown: [] });
    expect(forecastOf(planOf(STACK))).to.deep.equal({ unknown: [] });
  });
});

const measured = (changes: Partial<Measured> = {}): Measured => ({
  cost: { seconds: 10, bytes: 40_000 },
  seconds: { core: 2.5 },
  images: { core: { layers: [30_000], rest: 6000 } },
  interruptions: {},
  timeline: { began: 0, seconds: 10, builds: [{ name: "core", from: 1, to: 3.5 }], containers: [] },
  ...changes,
});

describe("the record of an up", () => {
  const plan = withForecast(line, HISTORY);

  it("has the timelines of the last five runs, the newest first", () => {
    const timeline = (began: number): LastUp["timelines"][number] => ({ ...measured().timeline, began });
    const last = [1, 2, 3, 4, 5, 6].reduce<LastUp | undefined>(
      (before, began) => recordUp(before, plan, measured({ timeline: timeline(began) })),
      undefined,
    );
    expect(last?.timelines.map(({ began }) => began)).to.deep.equal([6, 5, 4, 3, 2]);
    expect(parseLastUp({ lastUp: last })?.timelines).to.deep.equal(last?.timelines);
  });

  it("has what each image cost, and what the run took beside its builds", () => {
    const first = recordUp(undefined, plan, measured());
    expect(first.images["core"]).to.deep.equal({ seconds: [2.5], layers: [30_000], rest: 6000 });
    expect(first.rest).to.deep.equal({ build: [7.5], deploy: [] });
    expect(first.timelines).to.deep.equal([measured().timeline]);
    const second = recordUp(first, plan, measured({ seconds: { core: 3.5 }, interruptions: { redis: 1900 } }));
    expect(second.images["core"]?.seconds).to.deep.equal([3.5, 2.5]);
    expect(second.containers).to.deep.equal({ redis: { interruption: 1900 } });
    expect(recordUp(second, plan, measured()).containers).to.deep.equal({ redis: { interruption: 1900 } });
  });

  it("remembers three", () => {
    let record = recordUp(undefined, plan, measured());
    for (const seconds of [2, 3, 4, 5]) record = recordUp(record, plan, measured({ seconds: { core: seconds } }));
    expect(record.images["core"]?.seconds).to.deep.equal([5, 4, 3]);
    expect(record.rest.build).to.have.lengthOf(3);
  });

  it("does not take the first up of a stack for history", () => {
    const first = planOf(STACK, { hasRun: false, before: undefined });
    expect(recordUp(undefined, first, measured()).rest).to.deep.equal({ build: [], deploy: [] });
  });

  it("sums up forecasts and what came, of whole forecasts alone", () => {
    const first = recordUp(undefined, plan, measured());
    expect(first.past).to.deep.equal({
      ups: 1,
      secondsForecast: 6,
      seconds: 10,
      bytesForecast: 31_000,
      bytes: 40_000,
    });
    expect(recordUp(first, withForecast(line, NO_HISTORY), measured()).past).to.deep.equal(first.past);
  });

  it("comes back whole from the outputs of a stack; another version is none", () => {
    const record = recordUp(undefined, plan, measured({ interruptions: { redis: 1900 } }));
    expect(parseLastUp({ lastUp: JSON.parse(JSON.stringify(record)) as unknown })).to.deep.equal(record);
    for (const outputs of [undefined, {}, { lastUp: { ...record, version: 2 } }])
      expect(parseLastUp(outputs)).to.equal(undefined);
  });
});
