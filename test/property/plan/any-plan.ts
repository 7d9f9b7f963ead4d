import fc from "fast-check";
import type {
  ContainerReason,
  ImageReason,
  Plan,
  PlannedContainer,
  PlannedImage,
} from "../../../components/plan/plan.ts";

/** Any plan, with texts of a kind in it. */
export function anyPlan(text: fc.Arbitrary<string>): fc.Arbitrary<Plan> {
  const change = fc.constantFrom("added" as const, "changed" as const, "removed" as const);
  const values = fc.oneof(fc.record({ from: text, to: text }), fc.record({ to: text }), fc.record({ from: text }));
  const imageReason: fc.Arbitrary<ImageReason> = fc.oneof(
    fc.constant({ kind: "new" as const }),
    fc.constant({ kind: "no manifest" as const }),
    fc.record({ kind: fc.constant("lock file" as const), path: text }),
    fc.record({ kind: fc.constant("file" as const), path: text, change }),
    fc
      .tuple(fc.record({ kind: fc.constant("package" as const), name: text, lockFile: text }), values)
      .map(([reason, versions]) => ({ ...reason, ...versions })),
    fc
      .tuple(fc.record({ kind: fc.constant("argument" as const), name: text }), values)
      .map(([reason, versions]) => ({ ...reason, ...versions })),
    fc.record({ kind: fc.constant("instruction" as const), text, change }),
    fc.record({ kind: fc.constant("Debian package" as const), name: text, change }),
    fc.record({ kind: fc.constant("CUDA" as const), from: text, to: text }),
    fc.record({ kind: fc.constant("parent" as const), chain: fc.array(text, { minLength: 1, maxLength: 3 }) }),
  );
  const containerReason: fc.Arbitrary<ContainerReason> = fc.oneof(
    fc.record({ kind: fc.constant("image" as const), name: text }),
    fc.record({ kind: fc.constant("secret" as const), name: text }),
    fc.record({ kind: fc.constant("network" as const), name: text, change }),
    fc
      .tuple(fc.record({ kind: fc.constant("setting" as const), name: text }), values)
      .map(([reason, versions]) => ({ ...reason, ...versions })),
  );
  const image: fc.Arbitrary<PlannedImage> = fc.record({
    name: text,
    parents: fc.array(text, { maxLength: 2 }),
    action: fc.constantFrom("build" as const, "cached" as const, "copy" as const, "switch" as const, "remove" as const),
    reasons: fc.array(imageReason, { maxLength: 6 }),
  });
  const container: fc.Arbitrary<PlannedContainer> = fc.record(
    {
      name: text,
      action: fc.constantFrom("create" as const, "untouched" as const, "reload" as const, "replace" as const),
      reasons: fc.array(containerReason, { maxLength: 5 }),
      way: fc.constantFrom("create-first" as const, "stop-first" as const),
      interrupts: fc.record({ what: text, milliseconds: fc.nat(100_000) }),
    },
    { requiredKeys: ["name", "action", "reasons"] },
  );
  return fc.record({
    version: fc.constant(1 as const),
    stack: fc.stringMatching(/^[a-z0-9-]{1,20}$/),
    comparedWith: fc.constantFrom("manifest" as const, "nothing" as const, "no manifest" as const),
    images: fc.array(image, { maxLength: 30 }),
    containers: fc.array(container, { maxLength: 20 }),
    forecast: fc.constant({ unknown: [] }),
    leftOut: fc.array(text, { maxLength: 3 }),
  });
}
