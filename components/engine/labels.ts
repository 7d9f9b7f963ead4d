import type { Identity } from "./identity.ts";

/** Label with the name of the stack that a container, a network or a volume belongs to. */
export const STACK_LABEL = "morgan.stack";
/** Label with the id of the state that a container, a network or a volume belongs to. */
export const STATE_LABEL = "morgan.state";
/** Label with the logical name of a container, a network or a volume. */
export const ROLE_LABEL = "morgan.role";
/** Label with the GPU that a container has. */
export const GPU_LABEL = "morgan.gpu";

/** Role of the containers that read what is installed in an image. */
export const INSPECTOR_ROLE = "image-packages";

interface Label<Id> {
  readonly label: string;
  readonly value: string | Id;
}

/**
 * Labels by which a person and the program find what belongs to a stack; `ownership.ts` decides it. The role is the
 * logical name: the repair of a killed run reads it in the state and finds the thing by it. The next run reads the GPU.
 *
 * @param id - id of the state. A program gives it as an output, which is unknown in the first preview.
 */
export function stackLabels<Id>(stack: string, id: Id | undefined, role: string, gpu?: string): Label<Id>[] {
  return [
    ...(gpu === undefined ? [] : [{ label: GPU_LABEL, value: gpu }]),
    { label: STACK_LABEL, value: stack },
    ...(id === undefined ? [] : [{ label: STATE_LABEL, value: id }]),
    { label: ROLE_LABEL, value: role },
  ];
}

/** The labels of one role of a stack, by name. */
export function roleLabels({ stack, id }: Identity, role: string): Record<string, string> {
  return Object.fromEntries(stackLabels(stack, id, role).map(({ label, value }) => [label, value]));
}
