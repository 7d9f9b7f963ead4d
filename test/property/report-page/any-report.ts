import fc from "fast-check";
import type { Report } from "../../../components/report-page/report.ts";
import { stage } from "../../unit/support/manifests.ts";

/** Texts that HTML, SVG, a terminal or a picture could take for something else. */
export const hostile = fc.oneof(
  fc.constantFrom(
    '<script src="http://example.com">',
    "</style>",
    '"onload="x',
    "&amp;",
    "a\u202Eb",
    "",
    "é".repeat(200),
  ),
  fc.string({ unit: "binary", maxLength: 30 }),
);

const bytes = fc.nat(2e9);
const seconds = fc.double({ min: 0, max: 5000, noNaN: true });

function byName<T>(name: fc.Arbitrary<string>, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc.dictionary(name, value, { noNullPrototype: true, maxKeys: 8 });
}

/** Any report, with names of a kind in it. Images are built on any others, even on themselves. */
export function anyReport(name: fc.Arbitrary<string>): fc.Arbitrary<Report> {
  const span = fc
    .record({ name, from: seconds, took: seconds })
    .map(({ name: own, from, took }) => ({ name: own, from, to: from + took }));
  const spans = fc.array(span, { maxLength: 8 });
  const record = fc.record({
    seconds: fc.array(seconds, { maxLength: 3 }),
    layers: fc.array(bytes, { maxLength: 4 }),
    rest: bytes,
  });
  return fc.record({
    stack: name,
    endpoint: name,
    stages: byName(
      name,
      byName(fc.constantFrom("parent", "tools"), name).map((parents) => stage({ parents })),
    ),
    records: byName(name, record),
    unpacked: byName(name, bytes),
    installed: byName(name, byName(name, bytes)),
    timelines: fc.array(fc.record({ began: fc.nat(4e12), seconds, builds: spans, containers: spans }), {
      maxLength: 3,
    }),
    history: fc.constant({ running: "", releases: [] }),
  });
}
