import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import type { Plan } from "../../components/plan/plan.ts";
import { plainPulumi, type Pulumi } from "./support/plain-pulumi.ts";
import { EditedProject, edits, type Edit } from "./support/plan-edits.ts";
import { freePort } from "./support/project.ts";
import { TestStack } from "./support/test-stack.ts";

/** Edits in CI. More by hand: MORGAN_TEST_EDITS=1000 npm test -- integration 59. */
const EDITS = Number(process.env["MORGAN_TEST_EDITS"] ?? 300);

/** What a state says of images and containers. */
interface Made {
  /** Digest by name of the image. */
  readonly images: Readonly<Record<string, string>>;
  /** Id by name of the container. */
  readonly containers: Readonly<Record<string, string>>;
}

interface StateResource {
  readonly type: string;
  readonly urn: string;
  readonly id?: string;
  readonly delete?: boolean;
  readonly outputs?: { readonly digest?: string };
}

describe("the plan, against what the engine then has", () => {
  let stack: TestStack;
  let pulumi: Pulumi;
  let planFile: string;

  before(async () => {
    stack = await TestStack.create({ services: ["llm", "vad"] });
    planFile = join(stack.folder, ".morgan/plan.json");
    pulumi = await plainPulumi(stack);
  });

  after(() => stack.dispose());

  const up = async (): Promise<{ readonly plan: Plan; readonly output: string }> => {
    const run = (): ReturnType<Pulumi> => pulumi("up", "--yes", "--skip-preview", "--stack", stack.name);
    const { code, output } = await stack.withVariables({ MORGAN_PLAN_FILE: planFile }, run);
    expect(code, output).to.equal(0);
    return { plan: JSON.parse(readFileSync(planFile, "utf8")) as Plan, output };
  };

  const made = (): Made => {
    const { checkpoint } = JSON.parse(stack.state()) as {
      readonly checkpoint: { readonly latest: { readonly resources: readonly StateResource[] } };
    };
    const present = checkpoint.latest.resources.filter((resource) => resource.delete !== true);
    const nameOf = ({ urn }: StateResource): string => urn.split("::").at(-1) ?? "";
    return {
      images: Object.fromEntries(
        present.flatMap((resource) =>
          resource.type === "docker-build:index:Image" ? [[nameOf(resource), resource.outputs?.digest ?? ""]] : [],
        ),
      ),
      containers: Object.fromEntries(
        present.flatMap((resource) =>
          resource.type === "docker:index/container:Container" && !nameOf(resource).endsWith("-files")
            ? [[nameOf(resource), resource.id ?? ""]]
            : [],
        ),
      ),
    };
  };

  it(`says "build" of an image if and only if its digest changes, and "replace" of a container if and only if its id does`, async () => {
    const { configuration, settings } = await settingsFor(stack);
    await up();
    const project = new EditedProject(stack.folder, configuration);
    const seed = Number(process.env["MORGAN_TEST_SEED"] ?? Date.now());
    const batches = batchesOf(fc.sample(edits(settings), { numRuns: EDITS, seed }));
    const wrong: string[] = [];
    let statements = 0;
    let before = made();
    for (const batch of batches) {
      for (const edit of batch) project.make(edit);
      const { plan } = await up();
      const after = made();
      const found = [...wrongImages(plan, before, after), ...wrongContainers(plan, before, after)];
      statements += Object.keys(after.images).length + Object.keys(after.containers).length;
      wrong.push(...found.map((what) => `${what} after ${JSON.stringify(batch)}`));
      before = after;
    }
    const runs = `${String(EDITS)} edits in ${String(batches.length)} runs of up, seed ${String(seed)}`;
    console.log(`    ${runs}: ${String(statements)} statements, ${String(wrong.length)} wrong`);
    expect(wrong, runs).to.deep.equal([]);
  });
});

/** Returns edits in groups of one to nineteen, as a person makes them between two runs. */
function batchesOf(all: readonly Edit[]): (readonly Edit[])[] {
  const batches: Edit[][] = [];
  let rest = [...all];
  for (let size = 1; rest.length > 0; size = (size % 19) + 1) {
    batches.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return batches;
}

function wrongImages({ images }: Plan, before: Made, after: Made): string[] {
  const names = Object.keys(after.images);
  const missing = names.filter((name) => !images.some((image) => image.name === name));
  return [
    ...missing.map((name) => `${name}: not in the plan`),
    ...images.flatMap(({ name, action, reasons }) => {
      if (!(name in after.images)) return [];
      const changes = before.images[name] !== after.images[name];
      if (changes === (action === "build")) return [];
      return [`${name}: ${action} (${JSON.stringify(reasons)}), and the digest ${changes ? "changed" : "stayed"}`];
    }),
  ];
}

function wrongContainers({ containers }: Plan, before: Made, after: Made): string[] {
  const missing = Object.keys(after.containers).filter((name) => !containers.some((other) => other.name === name));
  return [
    ...missing.map((name) => `${name}: not in the plan`),
    ...containers.flatMap(({ name, action, reasons }) => {
      const changes = before.containers[name] !== after.containers[name];
      if (changes === (action === "replace")) return [];
      return [`${name}: ${action} (${JSON.stringify(reasons)}), and the id ${changes ? "changed" : "stayed"}`];
    }),
  ];
}

/** Returns the settings that edits change, with their values, and the function that sets one in the stack's file. */
async function settingsFor(stack: TestStack): Promise<{
  readonly settings: Readonly<Record<string, readonly string[]>>;
  readonly configuration: (key: string, value: string | undefined) => void;
}> {
  const file = join(stack.folder, `Pulumi.${stack.name}.yaml`);
  const secrets = new Map<string, readonly string[]>();
  const texts = ["a", "b"].map((letter) => letter.repeat(32));
  for (const [key, values] of Object.entries({ apiToken: texts, llmApiKey: texts })) {
    const encrypted: string[] = [];
    for (const value of values) {
      await stack.configureSecrets({ [key]: value });
      encrypted.push(/secure: (\S+)/.exec(readFileSync(file, "utf8"))?.[1] ?? "");
    }
    await stack.unset(key);
    secrets.set(key, encrypted);
  }
  const original = readFileSync(file, "utf8").trimEnd();
  const plain: Readonly<Record<string, readonly string[]>> = {
    bodyLimit: ["11 MiB", "12 MiB"],
    rateLimit: ["1000"],
    openApi: ["true"],
    llmEndpoint: ["http://llm.invalid:9/v1"],
    llmModel: ["some-model"],
    gatewayPort: [String(await freePort())],
  };
  const chosen = new Map<string, string>();
  const configuration = (key: string, value: string | undefined): void => {
    if (value === undefined) chosen.delete(key);
    else chosen.set(key, value);
    // A model or a key without an endpoint is refused.
    const usable = [...chosen].filter(
      ([name]) => !["llmModel", "llmApiKey"].includes(name) || chosen.has("llmEndpoint"),
    );
    const lines = usable.map(([name, text]) =>
      secrets.has(name) ? `  morgan:${name}:\n    secure: ${text}` : `  morgan:${name}: "${text}"`,
    );
    const kept = original.split("\n").filter((line) => !usable.some(([name]) => line.startsWith(`  morgan:${name}:`)));
    writeFileSync(file, `${[...kept, ...lines].join("\n")}\n`);
  };
  return { settings: { ...plain, ...Object.fromEntries(secrets) }, configuration };
}
