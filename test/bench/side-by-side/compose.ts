import { given } from "../../../components/lib/given.ts";
import type { Places } from "./bake.ts";
import type { ContainerInputs, Definitions, Service, Stage } from "./definitions.ts";

/** The network that the services share. */
const NETWORK = "stack";

/** The inputs that `options` writes, and in the last line the inputs that only the provider has. */
const KNOWN = [
  ...["image", "user", "command", "envs", "labels", "ports", "volumes", "tmpfs", "readOnly", "capabilities"],
  ...["securityOpts", "init", "memory", "memorySwap", "cpus", "restart", "logDriver", "logOpts", "healthcheck"],
  ...["stopTimeout", "networksAdvanced"],
  ...["networkMode", "wait", "waitTimeout", "mustRun", "destroyGraceSeconds"],
];

/**
 * Returns the definitions as a file for `docker compose`. A service that runs builds the stage of its image. Every
 * other stage is a service that is built and never started. Configuration and secrets come from files.
 *
 * @throws Error if a container has an input that the file would lose.
 */
export function composeFile({ stages, services }: Definitions, places: Places): object {
  const running = new Set(services.map(({ stage }) => stage));
  const only = stages.filter(({ name }) => !running.has(name));
  const ids = [...new Set(stages.flatMap(({ secrets }) => Object.keys(secrets)))];
  const volumes = services.flatMap((service) => service.volumes).filter(({ source }) => !source.startsWith("/"));
  return escape({
    services: {
      ...Object.fromEntries(only.map((stage) => [stage.name, { ...build(stage, places), scale: 0 }])),
      ...Object.fromEntries(services.map((service) => [service.name, run(service, stages, places)])),
    },
    networks: { [NETWORK]: {} },
    volumes: Object.fromEntries(volumes.map(({ source }) => [source, {}])),
    secrets: Object.fromEntries(ids.map((id) => [id, { file: `${places.folder}/secrets/${id}` }])),
    configs: Object.fromEntries(
      services.flatMap((service) =>
        service.files.map((_, index) => [fileName(service, index), { file: pathOf(service, index, places) }]),
      ),
    ),
  });
}

/** Returns the name of a service's file in the folder of the definition. */
export function fileName(service: Service, index: number): string {
  return `${service.name}-${String(index)}`;
}

function pathOf(service: Service, index: number, { folder }: Places): string {
  return `${folder}/files/${fileName(service, index)}`;
}

function build(stage: Stage, { repository, folder }: Places): object {
  const image = `${repository}/${stage.name}:latest`;
  return {
    image,
    build: {
      context: `${folder}/contexts/${stage.name}`,
      dockerfile_inline: stage.dockerfile,
      additional_contexts: {
        ...Object.fromEntries(Object.entries(stage.stages).map(([key, name]) => [key, `service:${name}`])),
        ...Object.fromEntries(Object.entries(stage.images).map(([key, name]) => [key, `docker-image://${name}`])),
      },
      args: stage.buildArgs,
      labels: stage.labels,
      secrets: Object.keys(stage.secrets),
      cache_from: [image],
    },
  };
}

function run(service: Service, stages: readonly Stage[], places: Places): object {
  const { inputs } = service;
  const lost = Object.keys(inputs).filter((key) => !KNOWN.includes(key));
  if (lost.length > 0) throw new Error(`the compose file would lose ${lost.join(", ")} of ${service.name}`);
  const stage = stages.find(({ name }) => name === service.stage);
  return {
    ...(stage === undefined ? { image: service.image } : build(stage, places)),
    ...options(inputs),
    networks: [NETWORK],
    depends_on: Object.fromEntries(service.after.map((name) => [name, { condition: "service_healthy" }])),
    volumes: service.volumes.map(({ source, path, readOnly }) => ({
      type: source.startsWith("/") ? "bind" : "volume",
      source,
      target: path,
      read_only: readOnly,
    })),
    configs: service.files.map(({ path }, index) => ({ source: fileName(service, index), target: path })),
  };
}

function options(inputs: ContainerInputs): object {
  const { healthcheck } = inputs;
  return {
    user: inputs.user,
    ...given({ command: inputs.command }),
    environment: inputs.envs,
    labels: Object.fromEntries(inputs.labels.map(({ label, value }) => [label, value])),
    ports: inputs.ports.map(({ ip, external, internal }) => `${ip}:${String(external)}:${String(internal)}`),
    tmpfs: Object.entries(inputs.tmpfs).map(([path, value]) => `${path}:${value}`),
    read_only: inputs.readOnly,
    cap_drop: inputs.capabilities.drops,
    security_opt: inputs.securityOpts,
    init: inputs.init,
    mem_limit: `${String(inputs.memory)}m`,
    memswap_limit: `${String(inputs.memorySwap)}m`,
    cpus: inputs.cpus,
    restart: inputs.restart,
    logging: { driver: inputs.logDriver, options: inputs.logOpts },
    healthcheck: {
      test: healthcheck.tests,
      interval: healthcheck.interval,
      timeout: healthcheck.timeout,
      retries: healthcheck.retries,
      start_period: healthcheck.startPeriod,
      start_interval: healthcheck.startInterval,
    },
    stop_grace_period: `${String(inputs.stopTimeout)}s`,
  };
}

/** Doubles every dollar, because a dollar begins a variable in a compose file. */
function escape(value: object): object {
  return JSON.parse(JSON.stringify(value).replaceAll("$", "$$$$")) as object;
}
