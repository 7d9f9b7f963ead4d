import { forStack } from "../../lib/hints.ts";
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { throwProblems } from "../../lib/errors.ts";
import type { StackContext } from "./stack-context.ts";

/**
 * Returns the id of a container, available when the engine has answered that the container is there. Pulumi compares a
 * container with its state, not with the engine. So a container that was removed by hand, or by `docker container
 * prune`, would pass as unchanged.
 *
 * @throws MorganError with the remedy if the container is gone.
 */
export function present(
  container: docker.Container,
  name: string,
  stack: Pick<StackContext, "name" | "engine">,
): pulumi.Output<string> {
  return container.id.apply(async (id) => {
    if ((await stack.engine.inspect(id)) === undefined) throwProblems([removed(name, id, stack.name)], OUTCOME);
    return id;
  });
}

const OUTCOME = "the containers that are left keep running";

function removed(name: string, id: string, stack: string): Parameters<typeof throwProblems>[0][number] {
  return {
    key: `container ${name}`,
    expected: `the container that an earlier up made, ${id.slice(0, 12)}`,
    found: "the engine does not have it: it was removed by hand, or by docker container prune",
    fix: `${forStack("up", stack)} --refresh, or pulumi up --stack ${stack} --refresh`,
  };
}
