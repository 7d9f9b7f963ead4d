import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import { isLegacy, parseIdentity, type Identity } from "../engine/identity.ts";

/** The identity of a stack, while its state is read. */
export interface StateIdentity {
  /** The identity as far as it is known: in the preview of a new state, it has no id. */
  readonly known: Promise<Identity>;
  /** Id of the state for labels; unknown in the preview of a new state. */
  readonly label: pulumi.Output<string>;
}

/**
 * Returns the identity that the state holds, and makes one in a state that has none. It is the first resource, so every
 * state with a thing in the engine has it. Pulumi 3.259 deletes it last, because all labels are made from it.
 *
 * @param stack - present name of the stack.
 * @param outputs - outputs of the stack after its last `up`.
 */
export function createIdentity(stack: string, outputs: Promise<unknown>): StateIdentity {
  const legacy = outputs.then(isLegacy, () => false);
  const made = new command.local.Command(
    "identity",
    {
      // Pulumi allows letters, digits, "-", "_" and "." in the name of a stack.
      create: legacy.then((isOld) => `node components/identity/new-identity.ts ${stack} ${String(isOld)}`),
      logging: command.local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    // The identity is made once. A change of the command, of the name or of the outputs must not make another one.
    { ignoreChanges: ["create", "logging", "addPreviousOutputInEnv"] },
  );
  const identity = made.stdout.apply(parseIdentity);
  return {
    known: Promise.all([valueIfKnown(identity), legacy]).then(
      ([found, isOld]) => found ?? { stack, id: undefined, legacy: isOld },
    ),
    label: identity.apply((found) => found?.id ?? ""),
  };
}

/** Returns the value of an output; undefined if it is unknown. Pulumi 3.270 has no function for that. */
async function valueIfKnown<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  const isKnown: unknown = Reflect.get(output, "isKnown");
  const promise: unknown = Reflect.get(output, "promise");
  if ((await isKnown) !== true || typeof promise !== "function") return undefined;
  return (await Reflect.apply(promise, output, [])) as T;
}
