/** Label with the name of the stack that a container or a network belongs to. */
export const STACK_LABEL = "morgan.stack";
/** Label with the logical name of a container or a network. */
export const ROLE_LABEL = "morgan.role";
/** Label with the GPU that a container has. */
export const GPU_LABEL = "morgan.gpu";

/** Role of the containers that read what is installed in an image. */
export const INSPECTOR_ROLE = "image-packages";

interface Label {
  readonly label: string;
  readonly value: string;
}

/**
 * Labels by which a person, the preflight and the repair of a killed run find what belongs to a stack. The role is the
 * logical name: the repair reads it in the state and finds the container by it. The next run reads the GPU.
 */
export function stackLabels(stack: string, role: string, gpu?: string): Label[] {
  return [
    ...(gpu === undefined ? [] : [{ label: GPU_LABEL, value: gpu }]),
    { label: STACK_LABEL, value: stack },
    { label: ROLE_LABEL, value: role },
  ];
}

/** The labels of one role of a stack, by name. */
export function roleLabels(stack: string, role: string): Record<string, string> {
  return { [STACK_LABEL]: stack, [ROLE_LABEL]: role };
}
