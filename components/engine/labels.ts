interface Label {
  readonly label: string;
  readonly value: string;
}

/**
 * Labels by which a person, the preflight and the repair of a killed run find what belongs to a stack. The role is the
 * logical name: what the state says was under way is found in the engine by it. The next run reads which card it has.
 */
export function stackLabels(stack: string, role: string, gpu?: string): Label[] {
  return [
    ...(gpu === undefined ? [] : [{ label: "morgan.gpu", value: gpu }]),
    { label: "morgan.stack", value: stack },
    { label: "morgan.role", value: role },
  ];
}
