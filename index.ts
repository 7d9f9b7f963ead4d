import { readConfig } from "./components/config.ts";
import { thisHost } from "./components/host.ts";
import { preflight } from "./components/preflight.ts";
import { MorganStack } from "./components/stack.ts";

const { config, problems } = readConfig();
const host = thisHost(config.dockerHost);
await preflight(config, problems, host);
const stack = new MorganStack("morgan", { config, engine: host.engine });

export const { endpoint, images, services, registry } = stack;
