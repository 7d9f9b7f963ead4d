import { expect } from "chai";
import fc from "fast-check";
import { criticalPath, NO_HISTORY, withForecast, type History } from "../../../components/forecast/forecast.ts";
import { parseLastUp } from "../../../components/forecast/parse-last-up.ts";
import { recordUp, type Measured } from "../../../components/forecast/record.ts";
import type { LastUp, Timeline } from "../../../components/plan/last-up.ts";
import type { Plan, PlannedImage } from "../../../components/plan/plan.ts";
import { anyPlan } from "../plan/any-plan.ts";

const NAMES = ["base", "core", "core-deps", "tts", "tts-deps", "redis"];
const name = fc.constantFrom(...NAMES);
// Quarters of a second are exact in binary, so that sums can be compared.
const seconds = fc.nat(4000).map((quarters) => quarters / 4);
const bytes = fc.nat(1e9);
const plans = anyPlan(name).map((plan): Plan => {
  const images = new Map(plan.images.map((image) => [image.name, image]));
  return { ...plan, images: [...images.values()] };
});

const byName = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.dictionary(name, value, { noNullPrototype: true });

const histories: fc.Arbitrary<History> = fc.record({
  seconds: byName(fc.array(seconds, { minLength: 1, maxLength: 3 })),
  images: byName(
    fc.record({ seconds: fc.array(seconds, { maxLength: 3 }), layers: fc.array(bytes, { maxLength: 4 }), rest: bytes }),
  ),
  unpackedShare: fc.option(fc.double({ min: 1, max: 9, noNaN: true }), { nil: undefined }),
  rest: fc.record({ build: fc.array(seconds, { maxLength: 3 }), deploy: fc.array(seconds, { maxLength: 3 }) }),
  past: fc.constant(undefined),
});

const spans = fc.array(fc.record({ name, from: seconds, to: seconds }), { maxLength: 4 });
const timelines: fc.Arbitrary<Timeline> = fc.record({ began: fc.nat(), seconds, builds: spans, containers: spans });

const measurements: fc.Arbitrary<Measured> = fc.record({
  cost: fc.oneof(fc.record({ seconds }), fc.record({ seconds, bytes })),
  seconds: byName(seconds),
  images: byName(fc.record({ layers: fc.array(bytes, { maxLength: 4 }), rest: bytes })),
  interruptions: byName(fc.nat(100_000)),
  timeline: timelines,
});

/** Images in the order of a graph: each is built on some of those before it. */
const graphs: fc.Arbitrary<readonly (Pick<PlannedImage, "name" | "parents"> & { readonly seconds: number })[]> = fc
  .array(fc.tuple(fc.array(fc.nat(), { maxLength: 3 }), seconds), { minLength: 1, maxLength: 12 })
  .map((nodes) =>
    nodes.map(([picks, own], index) => ({
      name: String(index),
      parents: index === 0 ? [] : picks.map((pick) => String(pick % index)),
      seconds: own,
    })),
  );

const pathOf = (graph: Parameters<typeof weigh>[0]): number => criticalPath(weigh(graph));
function weigh(graph: readonly (Pick<PlannedImage, "name" | "parents"> & { readonly seconds: number })[]) {
  return graph.map(({ seconds: own, ...image }) => ({ ...image, forecast: { seconds: own } }));
}

describe("the critical path of any image graph", () => {
  it("is the longest of all chains, and no wait that is added shortens it", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const chain = (at: string): number => {
          const { parents = [], seconds: own = 0 } = graph[Number(at)] ?? {};
          return own + Math.max(0, ...parents.map(chain));
        };
        expect(pathOf(graph)).to.equal(Math.max(...graph.map((image) => chain(image.name))));
        const inTurn = graph.map((image, index) => (index === 0 ? image : { ...image, parents: [String(index - 1)] }));
        expect(pathOf(inTurn)).to.equal(graph.reduce((sum, { seconds: own }) => sum + own, 0));
        expect(pathOf(graph)).to.be.at.most(pathOf(inTurn));
      }),
    );
  });
});

describe("the forecast of any plan, from any history", () => {
  const built = ({ images }: Plan): string[] => images.flatMap((image) => (image.action === "build" ? image.name : []));

  const adds = ({ reasons }: PlannedImage): boolean =>
    reasons.some(
      (reason) =>
        (reason.kind === "package" && reason.from === undefined) ||
        (reason.kind === "Debian package" && reason.change === "added"),
    );

  it("names what has no history, says nothing of what stays, and has no number that is not one", () => {
    fc.assert(
      fc.property(plans, histories, (plan, history) => {
        const { images, forecast, containers } = withForecast(plan, history);
        for (const { action, forecast: own } of images) expect(own === undefined).to.equal(action !== "build");
        const changes = built(plan).length > 0 || containers.some(({ action }) => action !== "untouched");
        const known = (image: string): boolean =>
          history.seconds[image] !== undefined || (history.images[image]?.seconds.length ?? 0) > 0;
        const rest = history.rest[built(plan).length > 0 ? "build" : "deploy"];
        expect(forecast.unknown).to.deep.equal([
          ...images.flatMap((image) => {
            if (image.action !== "build") return [];
            if (!known(image.name)) return [image.name];
            return adds(image) ? [`the size of ${image.name}`] : [];
          }),
          ...(changes && rest.length === 0 ? ["the containers' replacement"] : []),
        ]);
        expect(forecast.seconds === undefined).to.equal(!changes || rest.length === 0);
        for (const number of [forecast.seconds, forecast.bytes, forecast.disk])
          if (number !== undefined) expect(number).to.satisfy(Number.isFinite).and.to.be.at.least(0);
      }),
    );
  });

  it("is never more than all that the images are, and never less than the slowest of them", () => {
    fc.assert(
      fc.property(plans, histories, (plan, history) => {
        const { images, forecast } = withForecast(plan, history);
        const sized = plan.images.filter((image) => image.action === "build" && !adds(image));
        const records = sized.flatMap(({ name: image }) => history.images[image] ?? []);
        const most = records.flatMap(({ layers, rest }) => [...layers, rest]).reduce((sum, size) => sum + size, 0);
        expect(forecast.bytes ?? 0).to.be.at.most(most);
        expect(forecast.bytes === undefined).to.equal(records.length === 0);
        const slowest = Math.max(0, ...images.map((image) => image.forecast?.seconds ?? 0));
        if (forecast.seconds !== undefined) expect(forecast.seconds).to.be.at.least(slowest);
      }),
    );
  });
});

describe("the record of any runs of up", () => {
  const runs = fc.array(fc.tuple(plans, measurements), { minLength: 1, maxLength: 6 });
  const historyOf = (last: LastUp | undefined): History => ({
    ...NO_HISTORY,
    images: last?.images ?? {},
    rest: last?.rest ?? NO_HISTORY.rest,
    past: last?.past,
  });

  it("comes back whole from the outputs, remembers three, and sums up what had a whole forecast", () => {
    fc.assert(
      fc.property(runs, (all) => {
        let last: LastUp | undefined;
        let [ups, said, took] = [0, 0, 0];
        for (const [before, measured] of all) {
          const plan = withForecast(before, historyOf(last));
          last = recordUp(last, plan, measured);
          if (plan.forecast.seconds !== undefined && plan.forecast.unknown.length === 0)
            [ups, said, took] = [ups + 1, said + plan.forecast.seconds, took + measured.cost.seconds];
          const outputs: unknown = JSON.parse(JSON.stringify({ lastUp: last }));
          expect(parseLastUp(outputs)).to.deep.equal(last);
        }
        const { images = {}, rest = NO_HISTORY.rest, past } = last ?? {};
        for (const kept of [...Object.values(images).map((image) => image.seconds), rest.build, rest.deploy])
          expect(kept.length).to.be.at.most(3);
        expect([past?.ups ?? 0, past?.secondsForecast ?? 0, past?.seconds ?? 0]).to.deep.equal([ups, said, took]);
      }),
    );
  });

  it("forecasts a run that repeats exactly", () => {
    fc.assert(
      fc.property(plans, measurements, (plan, measured) => {
        const repeated: Plan = { ...plan, comparedWith: "manifest" };
        const images = built(repeated).map((image) => [image, { layers: [], rest: 0 }] as const);
        const builds = built(repeated).map((image) => [image, measured.seconds[image] ?? 1] as const);
        const whole = { ...measured, seconds: Object.fromEntries(builds), images: Object.fromEntries(images) };
        const path = criticalPath(repeated.images.map((image) => ({ ...image, forecast: given(whole, image.name) })));
        const cost = { ...measured.cost, seconds: path + measured.cost.seconds };
        const last = recordUp(undefined, repeated, { ...whole, cost });
        const { forecast } = withForecast(repeated, historyOf(last));
        if (forecast.seconds !== undefined) expect(forecast.seconds).to.equal(cost.seconds);
        expect(forecast.unknown.filter((what) => !what.startsWith("the size of "))).to.deep.equal([]);
      }),
    );
  });

  const built = ({ images }: Plan): string[] => images.flatMap((image) => (image.action === "build" ? image.name : []));
  const given = ({ seconds: all }: Measured, image: string): { readonly seconds?: number } =>
    all[image] === undefined ? {} : { seconds: all[image] };

  it("is none, and never an error, if the outputs are anything else", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, part) => {
        expect(parseLastUp(value)).to.equal(undefined);
        const found = parseLastUp({
          lastUp: { version: 1, plan: { version: 1 }, images: value, rest: part, past: part },
        });
        expect(found?.version).to.equal(1);
        expect(withForecast({ ...EMPTY, containers: [] }, historyOf(found)).forecast).to.deep.equal({ unknown: [] });
      }),
    );
  });
});

const EMPTY: Omit<Plan, "forecast"> = {
  version: 1,
  stack: "dev",
  comparedWith: "manifest",
  images: [],
  containers: [],
  leftOut: [],
};
