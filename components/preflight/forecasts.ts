import type { MorganConfig } from "../config/config.ts";
import { forecastSources, type ForecastSources } from "../forecast/sources.ts";
import type { Host } from "../host/host.ts";
import { ON_LOOPBACK, registryOf } from "../lib/image-reference.ts";

/** Returns where a stack's forecasts come from: the history of its builder, and its registry. */
export function forecastsOf({ images, network }: MorganConfig, host: Pick<Host, "run" | "httpText">): ForecastSources {
  const { certificates } = network;
  const { host: name } = registryOf(images.registry);
  return forecastSources(host, images.builder, {
    host: name,
    isPlain: ON_LOOPBACK.test(name),
    // As for pushes and pulls, the proxy of the configuration is not the way to the registry.
    route: { certificates, proxy: { url: "", except: [] } },
  });
}
