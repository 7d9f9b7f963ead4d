import { expect } from "chai";
import fc from "fast-check";
import { readMachine } from "../../../components/config/machine.ts";
import { NO_GPU } from "../../../components/gpu/plan.ts";
import { preflight } from "../../../components/preflight/preflight.ts";
import { MorganStack } from "../../../components/stack.ts";
import { checkTexts } from "../../unit/support/config.ts";
import { fakeHost } from "../../unit/support/host.ts";
import { useProject } from "../../unit/support/project.ts";
import { record } from "../../unit/support/registrations.ts";

const word = fc.stringMatching(/^[a-z0-9 %#]{1,12}$/);
const client = fc.record({
  env: fc.record({
    HOME: word.map((name) => `/home/${name}`),
    XDG_CACHE_HOME: fc.option(word, { nil: "" }),
    MORGAN_CACHE: fc.option(word, { nil: "" }),
    MORGAN_BASE_IMAGES: fc.constantFrom("debian", "registry", ""),
  }),
  certificates: fc.oneof(fc.constant(""), word),
});
type Client = typeof client extends fc.Arbitrary<infer T> ? T : never;

/** Values of the keys that have no default in a test. */
const VALUES: Readonly<Record<string, string>> = { gatewayPort: "8080", registryPort: "5101", baseRevision: "2026" };

/** Returns the inputs of every resource of a stack that has recorded its base images, as a client registers them. */
async function inputs({ env, certificates }: Client, recorded: "debian" | "registry"): Promise<readonly string[]> {
  const machine = { ...readMachine(env), platform: "linux-x64", uv: "uv" };
  const read = checkTexts((key) => VALUES[key], { machine, hostCertificates: () => certificates });
  const host = fakeHost();
  host.stacks.set("organization/morgan/dev", { baseImages: recorded });
  const { config, facts } = await preflight(read.config, read.problems, host);
  const { all } = await record(
    () => new MorganStack("morgan", { config, engine: host.engine, facts, gpuPlan: NO_GPU }),
  );
  return all.map(({ type, name, inputs: found }) => {
    const ignored = (found["ignoreSecretsInDiffCalculation"] ?? []) as readonly string[];
    const secrets = Object.entries((found["secrets"] ?? {}) as Record<string, unknown>);
    const kept = secrets.map(([id, value]) => [id, ignored.includes(id) ? "" : value]);
    return JSON.stringify([type, name, { ...found, secrets: kept }]);
  });
}

describe("the inputs of resources", () => {
  useProject();

  it("are the same for every client of a stack", async () => {
    await fc.assert(
      fc.asyncProperty(client, client, fc.constantFrom("debian", "registry"), async (one, other, recorded) => {
        expect(await inputs(one, recorded)).to.deep.equal(await inputs(other, recorded));
      }),
      { numRuns: 10 },
    );
  }).timeout(60_000);

  it("follow the base images that the stack has recorded", async () => {
    const one: Client = {
      env: { HOME: "/a", XDG_CACHE_HOME: "", MORGAN_CACHE: "", MORGAN_BASE_IMAGES: "" },
      certificates: "",
    };
    expect(await inputs(one, "debian")).not.to.deep.equal(await inputs(one, "registry"));
  });
});
