import * as pulumi from "@pulumi/pulumi";
import type { MorganConfig } from "../config/config.ts";
import { field, list, stringOr } from "../lib/json.ts";
import type { Problem } from "../lib/errors.ts";
import type { Host } from "../host/host.ts";
import { registryOf } from "../lib/image-reference.ts";

/** A builder as buildx 0.29 lists it. */
interface Builder {
  readonly name: string;
  readonly driver: string;
  readonly nodes: readonly { readonly endpoint: string; readonly network: string }[];
}

/**
 * Checks that the configured builder is there, and that it reaches the stack's own registry, which listens on the
 * loopback address of the engine's host. Builders are the client's: the engine's API does not have them.
 */
export async function checkBuilder(
  { images, engine }: Pick<MorganConfig, "images" | "engine">,
  host: Host,
): Promise<Problem[]> {
  const { builder: wanted, registry } = images;
  if (wanted === "default") return [];
  const key = "morgan:builder";
  const listed = await host.run("docker", ["buildx", "ls", "--format", "json"]);
  if (listed?.succeeded !== true) {
    const expected = "a docker client with buildx 0.13 or newer, which lists its builders";
    return [{ key, expected, found: listed?.output ?? "no docker client", fix: "npm run setup" }];
  }
  const builders = parseBuilders(listed.output);
  const builder = builders.find(({ name }) => name === wanted);
  if (builder === undefined) {
    const expected = `a builder that buildx has: ${builders.map(({ name }) => name).join(", ")}`;
    const fix = `docker buildx create --name ${wanted} …, or pulumi config set builder default`;
    return [{ key, expected, found: `"${wanted}"`, fix }];
  }
  if (registry.kind !== "local") return [];
  const address = registryOf(registry).host;
  if (builder.driver === "remote") {
    await pulumi.log.warn(
      `the builder "${wanted}" has to reach ${address} of the engine's host, which cannot be checked`,
    );
    return [];
  }
  const fault = localFault(builder, engine.host);
  if (fault === undefined) return [];
  const create = `docker buildx create --name <another> --driver docker-container --driver-opt network=host`;
  return [
    {
      key,
      expected: `a builder that reaches the stack's own registry at ${address} of the engine's host`,
      found: `"${wanted}", ${fault}`,
      fix: `pulumi config set builder default; or ${create}; or push to another registry: pulumi config set registry …`,
    },
  ];
}

/** Returns why a builder cannot reach the loopback address of the engine's host; undefined if it can. */
function localFault({ name, driver, nodes }: Builder, engine: string): string | undefined {
  if (driver === "docker")
    return name === "default" ? undefined : `which is the engine of the docker context "${name}"`;
  if (driver !== "docker-container") return `whose driver is ${driver}`;
  if (nodes.some(({ network }) => network !== "host")) return "whose container has a network of its own";
  const elsewhere = nodes.find(({ endpoint }) => endpoint.includes("://") && endpoint !== engine);
  return elsewhere === undefined ? undefined : `which runs on the engine at ${elsewhere.endpoint}`;
}

/** Parses a line of JSON for each builder. */
function parseBuilders(text: string): Builder[] {
  return text.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    const builder: unknown = JSON.parse(line);
    const nodes = list(field(builder, "Nodes")).map((node) => ({
      endpoint: stringOr(field(node, "Endpoint"), ""),
      network: stringOr(field(field(node, "DriverOpts"), "network"), ""),
    }));
    return [{ name: stringOr(field(builder, "Name"), ""), driver: stringOr(field(builder, "Driver"), ""), nodes }];
  });
}
