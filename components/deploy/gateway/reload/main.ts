// Puts the gateway's configuration where the gateway reads it, and has a gateway that runs take it over.
import { setTimeout as sleep } from "node:timers/promises";
import { engineOf } from "../../../engine/engine-of.ts";
import { reportFailure } from "../../../system/report-failure.ts";
import { runToEnd } from "../../../system/run-to-end.ts";
import { reload } from "./reload.ts";

const { MORGAN_IMAGE: image = "", MORGAN_FOLDER: folder = "" } = process.env;
const { MORGAN_HOLDER: holder = "", MORGAN_VOLUME: volume = "", MORGAN_HOST_NAME: hostName = "" } = process.env;

await reload(
  { image, holder, volume, folder, hostName },
  {
    engine: engineOf(process.env),
    docker: (args, input = "") => runToEnd("docker", args, { input }),
    sleep,
    report: (text) => {
      console.error(text);
    },
  },
).catch(reportFailure);
