import * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../engine/engine.ts";
import { messageOf, throwProblems } from "../lib/errors.ts";
import { plainLogin, type Login } from "./profile.ts";
import { registryProblem } from "./problems.ts";

/** Where images come from that only a log-in gets. */
export interface PullArgs {
  /** Host of the registry, with its port. */
  readonly host: string;
  readonly login: Login;
  readonly engine: Engine;
}

/**
 * The image, once the engine has it. What the engine's own BuildKit made is there already; another one is taken from the
 * registry here, because the provider of containers knows a log-in only from a resource of its own, and another provider
 * would replace every container.
 */
export function pulled(image: pulumi.Output<string>, args: PullArgs): pulumi.Output<string> {
  return image.apply(async (reference) => {
    // No part of the output: the name of an image is no secret.
    if (!pulumi.runtime.isDryRun() && reference.startsWith(`${args.host}/`)) await pull(reference, args);
    return reference;
  });
}

async function pull(reference: string, { host, login, engine }: PullArgs): Promise<void> {
  const { unpacked } = await engine.imageSize(reference);
  if (unpacked > 0) return;
  try {
    await engine.pull(reference, await plainLogin(login));
  } catch (error) {
    const found = messageOf(error);
    const other = { key: "morgan:registry", expected: `${reference} in the registry`, found, fix: "npm run up" };
    throwProblems(
      [registryProblem(host, login.user, found) ?? other],
      "no container was made of it, what ran before goes on",
    );
  }
}
