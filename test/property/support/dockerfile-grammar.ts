/** An instruction as BuildKit reads it. */
export interface Read {
  readonly name: string;
  /** The text after the name, with continuation lines joined. */
  readonly rest: string;
  /** Content of its heredoc; undefined if it has none. */
  readonly heredoc: string | undefined;
}

/** A backslash at the end continues the line, unless it is itself escaped. */
const CONTINUED = /(?:^|[^\\])\\[ \t]*$/;
const HEREDOC = /(?:^|\s)<<"(\w+)"(?=\s)/;

/**
 * Reads a Dockerfile by the rules of BuildKit's parser: lines that continue, comments within them, which fall away, and
 * heredocs. It is written from those rules, not from the renderer.
 */
export function readDockerfile(text: string): Read[] {
  const lines = text.split("\n");
  const found: Read[] = [];
  let at = 0;
  while (at < lines.length) {
    let line = lines[at++] ?? "";
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    while (CONTINUED.test(line)) {
      const next = lines[at++];
      if (next === undefined) throw new Error("the last line goes on");
      if (!next.trimStart().startsWith("#")) line = line.replace(/\\[ \t]*$/, "") + next;
    }
    const [, name = "", rest = ""] = /^([A-Z]+)(?: (.*))?$/s.exec(line) ?? [];
    if (name === "") throw new Error(`no instruction: ${line}`);
    const mark = name === "COPY" ? HEREDOC.exec(rest)?.[1] : undefined;
    let heredoc: string | undefined;
    if (mark !== undefined) {
      const end = lines.indexOf(mark, at);
      if (end < 0) throw new Error(`${mark} does not end`);
      heredoc = lines
        .slice(at, end)
        .map((content) => `${content}\n`)
        .join("");
      at = end + 1;
    }
    found.push({ name, rest, heredoc });
  }
  return found;
}

/** The variables of an ENV, by the rules of BuildKit's words: within double quotes a backslash escapes \, " and $. */
export function readEnvironment(rest: string): Record<string, string> {
  const values: Record<string, string> = {};
  const assignment = /\s*([A-Za-z_]\w*)="((?:[^"\\]|\\[^])*)"(?=\s|$)/y;
  while (assignment.lastIndex < rest.length) {
    const [, key, quoted] = assignment.exec(rest) ?? [];
    if (key === undefined || quoted === undefined) throw new Error(`no assignment in: ${rest}`);
    if (/(?:^|[^\\])(?:\\\\)*\$/.test(quoted)) throw new Error(`a variable would be expanded in: ${quoted}`);
    values[key] = quoted.replace(/\\(["$\\])/g, "$1");
  }
  return values;
}
