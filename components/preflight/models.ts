import type { MorganConfig } from "../config/config.ts";
import { isLocal } from "../lib/engine-address.ts";
import type { Problem } from "../lib/errors.ts";
import type { Host } from "../host/host.ts";

/**
 * Checks that folders with weights exist. For a missing folder, Docker 28.5 would make an empty one that root owns. A
 * model of the model hub whose name is a folder here is meant as that folder.
 */
export function checkModels({ models, services, engine, machine }: MorganConfig, host: Host): Problem[] {
  return services.flatMap(({ name, variant }): Problem[] => {
    const model = models.services[name];
    const key = `morgan:models.${name}`;
    if (model === undefined || !variant.usesGpu) return [];
    if (model.kind === "hub") {
      if (!host.isFolder(model.id)) return [];
      const expected = 'the absolute path of a folder, or "organisation/name" of the model hub';
      const found = `"${model.id}", which is a relative path to a folder`;
      return [{ key, expected, found, fix: `pulumi config set --path models.${name} "$PWD/${model.id}"` }];
    }
    if (machine.withoutMachine || !isLocal(engine.host) || host.isFolder(model.path)) return [];
    return [
      {
        key,
        expected: "a folder with the model's weights",
        found: `no folder at ${model.path}`,
        fix: "put the weights there, or name another folder or a model of the model hub",
      },
    ];
  });
}
