/** A label in the form that the provider takes. */
export interface Label {
  readonly label: string;
  readonly value: string;
}

/** Labels by which a person, the preflight and the tests find what belongs to a stack. */
export function stackLabels(stack: string, role: string): Label[] {
  return [
    { label: "morgan.stack", value: stack },
    { label: "morgan.role", value: role },
  ];
}
