/** Labels by which a person, the preflight and the tests find what belongs to a stack. */
export function stackLabels(stack: string, role: string): Record<string, string> {
  return { "morgan.stack": stack, "morgan.role": role };
}
