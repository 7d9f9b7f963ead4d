import * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../../engine/engine.ts";
import { throwProblems, type Problem } from "../../lib/errors.ts";
import { systemClock } from "./clock.ts";
import { engineContainers } from "./containers.ts";
import { describeFailure, type Failure } from "./verdict.ts";
import { watchUntilReady, type Task } from "./watch.ts";

/**
 * Limits and watches the containers that the readiness gate has not watched, as the gate does.
 *
 * @throws MorganError if one of them does not get or stay ready. Pulumi then deletes no replaced container.
 */
export async function watchUnwatched(task: Task, engine: Engine, report: (text: string) => void): Promise<void> {
  const containers = task.containers.filter((id) => !task.watchedBefore.includes(id));
  if (containers.length === 0) return;
  const failures = await watchUntilReady({ ...task, containers }, engineContainers(engine), systemClock, report);
  throwProblems(failures.map(problemOf), "no release is recorded, and no replaced container is removed");
}

function problemOf(failure: Failure): Problem {
  return {
    key: `container ${failure.state.name}`,
    expected: "a container that gets ready and stays so",
    found: describeFailure(failure),
    fix: "mend the cause that its log names, then run the same update again",
  };
}

/**
 * Returns the ids of containers. In an up, Pulumi 3.259 leaves the id of a container unknown only if `--target` or
 * `--exclude` left out a container that has yet to be created.
 *
 * @throws MorganError in an up with such a container: Pulumi would write unknown values over the stack's releases.
 */
export function allMade(containers: pulumi.Output<string[]>, stack: string): pulumi.Output<string[]> {
  const isKnown = Promise.resolve(Reflect.get(containers, "isKnown") as boolean | PromiseLike<boolean>);
  return pulumi.output(isKnown).apply((known) => {
    if (!known && !pulumi.runtime.isDryRun()) throwProblems([leftOut(stack)], "no release is recorded");
    return containers;
  });
}

function leftOut(stack: string): Problem {
  return {
    key: "--target, --exclude",
    expected: "a stack whose containers have all been created before",
    found: "a container that has yet to be created, and that this update leaves out",
    fix: `npm run up -- --stack ${stack}, or pulumi up --stack ${stack}, without these options`,
  };
}
