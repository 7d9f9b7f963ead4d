import { digestOf, withoutTag } from "../lib/image-reference.ts";
import type { Host } from "../host/host.ts";
import type { HttpRoute } from "../host/http.ts";
import { parseHistory, type Build } from "./history.ts";
import { parseStoredImage, type StoredImage } from "./layers.ts";

/** Where a forecast and a measurement come from. What cannot be had is undefined, or missing: nothing fails for it. */
export interface ForecastSources {
  /** The builds in the history of the stack's builder. */
  readonly builds: () => Promise<readonly Build[]>;
  /** An image in the registry, by its ref with a digest or a tag. */
  image(ref: string): Promise<StoredImage | undefined>;
}

/** No history and no registry. */
export const NO_FORECASTS: ForecastSources = {
  builds: () => Promise.resolve([]),
  image: () => Promise.resolve(undefined),
};

/** A registry whose images are read, "host[:port]", and the way there. */
export interface RegistryRoute {
  readonly host: string;
  /** True if it is read over plain HTTP. */
  readonly isPlain: boolean;
  readonly route: HttpRoute;
}

const MANIFEST = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

/** Returns the sources of a machine. A registry that requires a login returns nothing, because the program has the login as a secret. */
export function forecastSources(
  host: Pick<Host, "run" | "httpText">,
  builder: string,
  registry: RegistryRoute,
): ForecastSources {
  return {
    async builds() {
      const history = ["history", "ls", "--format", "json", "--no-trunc"];
      const listed = await host.run("docker", ["buildx", "--builder", builder, ...history]);
      return listed?.succeeded === true ? parseHistory(listed.output) : [];
    },
    async image(ref) {
      const url = urlOf(ref, registry);
      const text = url === undefined ? undefined : await host.httpText(url, registry.route, MANIFEST);
      return text === undefined ? undefined : parseStoredImage(text);
    },
  };
}

/** Returns the URL of an image's manifest; undefined for an image of another registry, whose login is not known. */
function urlOf(ref: string, { host, isPlain }: RegistryRoute): string | undefined {
  if (!ref.startsWith(`${host}/`)) return undefined;
  const name = (withoutTag(ref).split("@")[0] ?? "").slice(host.length + 1);
  const reference = digestOf(ref) ?? /:([^:/@]+)$/.exec(ref)?.[1];
  return reference === undefined
    ? undefined
    : `${isPlain ? "http" : "https"}://${host}/v2/${name}/manifests/${reference}`;
}
