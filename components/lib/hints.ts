/** A command line for a stack, as it is printed in a hint: "./morgan up --stack prod". */
export function forStack(command: string, stack: string): string {
  return `./morgan ${command} --stack ${stack}`;
}
