import type { Plan } from "../../../components/plan/plan.ts";
import { planOf, STACK, stage, withContainer, withStage } from "./manifests.ts";
import { digest } from "./releases.ts";

const turn = (content: string): Record<string, string> => ({
  ...STACK.stages["core"]?.files,
  "services/core/morgan_core/turn.py": content,
});

const refs = (core: string): Record<string, string> => ({
  core: `${STACK.repository}:core.prod@${digest(core)}`,
  tts: `${STACK.repository}:tts.prod@${digest("tts")}`,
});

/** The plan of a typical change of each kind. */
export const TYPICAL: Readonly<Record<string, Plan>> = {
  "one-line": planOf(withStage("core", { files: turn("999999999999") }), {
    forecast: {
      seconds: 9.2,
      bytes: 31_000,
      unknown: [],
      past: { ups: 4, secondsForecast: 38, seconds: 41, bytesForecast: 124_000, bytes: 121_000 },
    },
  }),
  "one-package": planOf(withStage("tts-deps", { lock: "dddddddddddd", packages: { soundfile: "0.13.2" } }), {
    forecast: { seconds: 21, bytes: 4_200_000, unknown: [] },
  }),
  "one-setting": planOf(
    withContainer(
      "gateway",
      { settings: { port: "127.0.0.1:8090" } },
      withContainer("redis", { settings: { ...STACK.containers["redis"]?.settings, cpus: "2" } }),
    ),
    { interruptions: { redis: 1900, gateway: 1200 } },
  ),
  promotion: planOf(
    { ...STACK, stages: { registry: stage(STACK.stages["registry"]) } },
    {
      stack: "prod",
      release: {
        from: { id: "r0a1b2c3d", revision: "0123456789ab" },
        to: { id: "r4e5f6a7b", revision: "ba9876543210" },
        isPromoted: true,
        services: ["core", "tts"],
        before: refs("one"),
        after: refs("two"),
        stages: { before: STACK.stages, after: withStage("core", { files: turn("9") }).stages },
        commits: [
          { id: "ba98765", subject: "Answer before the sentence ends" },
          { id: "5544332", subject: "Keep the last turn of a session (#12), thanks to @somebody" },
        ],
      },
    },
  ),
};
