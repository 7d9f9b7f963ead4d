import * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../engine/engine.ts";
import { messageOf, throwProblems } from "../lib/errors.ts";
import { forStack } from "../lib/hints.ts";
import { plainLogin, type Login } from "./profile.ts";
import { registryProblem } from "./problems.ts";

/** A registry that requires a login. */
export interface PullArgs {
  /** Host of the registry, with its port if that is not the default. */
  readonly host: string;
  readonly login: Login;
  readonly engine: Engine;
  /** Name of the stack that runs the image. */
  readonly stack: string;
}

/**
 * Returns the ref of an image after the engine has the image. An image from the engine's own BuildKit is there already.
 * Any other image is pulled here, because `@pulumi/docker` 5.2.0 takes a login only in the provider resource, and
 * another provider would replace every container.
 */
export function pulled(image: pulumi.Output<string>, args: PullArgs): pulumi.Output<string> {
  return image.apply(async (ref) => {
    // The password is read here, apart from the output, so that the ref does not become a secret.
    if (!pulumi.runtime.isDryRun() && ref.startsWith(`${args.host}/`)) await pull(ref, args);
    return ref;
  });
}

async function pull(ref: string, { host, login, engine, stack }: PullArgs): Promise<void> {
  const { unpacked } = await engine.imageSize(ref);
  if (unpacked > 0) return;
  try {
    await engine.pull(ref, await plainLogin(login));
  } catch (error) {
    const found = messageOf(error);
    const other = {
      key: "morgan:registry",
      expected: `${ref} in the registry`,
      found,
      fix: forStack("up", stack),
    };
    throwProblems(
      [registryProblem(host, login.user, found) ?? other],
      "no container was made from the image; the old containers keep running",
    );
  }
}
