import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { throwProblems } from "../../components/lib/errors.ts";
import { field, list, stringOr } from "../../components/lib/json.ts";
import { MARKER } from "../../components/plan/faces/comment.ts";
import { joinComments } from "../../components/plan/faces/join-comments.ts";
import { pullRequestOf, type PullRequest } from "../lib/pull-request.ts";

/** Comments in one answer, and the most answers that are read. */
const PAGE = 100;
const PAGES = 30;

/** Writes the previews in a folder into one comment of a pull request. An earlier comment of this command is replaced. */
export async function comment(folder: string, env: NodeJS.ProcessEnv): Promise<number> {
  const body = joinComments(previewsIn(folder));
  const request = pullRequestOf(env);
  const id = await earlier(request);
  if (id === undefined) await send(request, "POST", request.comments, body);
  else await send(request, request.change, request.comment(id), body);
  console.log(`the previews are in ${id === undefined ? "a new comment" : "the comment of the last previews"}`);
  return 0;
}

function previewsIn(folder: string): string[] {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".md")) : [];
  if (files.length === 0) {
    const fix = `./morgan preview --stack dev --markdown ${join(folder, "dev.md")}`;
    const problem = {
      key: folder,
      expected: "a folder with previews, a file NAME.md each",
      found: "no such file",
      fix,
    };
    throwProblems([problem], "no comment was written");
  }
  return files.sort().map((name) => readFileSync(join(folder, name), "utf8"));
}

/** Returns the id of the comment that an earlier run has written; undefined if there is none. */
async function earlier(request: PullRequest): Promise<number | undefined> {
  for (let page = 1; page <= PAGES; page++) {
    const comments = list(
      await send(request, "GET", `${request.comments}?per_page=${String(PAGE)}&page=${String(page)}`),
    );
    const found = comments.find((one) => stringOr(field(one, "body"), "").startsWith(MARKER));
    const id = field(found, "id");
    if (typeof id === "number") return id;
    if (comments.length < PAGE) return undefined;
  }
  return undefined;
}

/** Sends a request and returns the answer. @throws MorganError if it is refused. */
async function send({ headers }: PullRequest, method: string, url: string, body?: string): Promise<unknown> {
  const content = body === undefined ? {} : { body: JSON.stringify({ body }) };
  const response = await fetch(url, {
    method,
    headers: { ...headers, "content-type": "application/json" },
    ...content,
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as unknown;
  const found = `${String(response.status)} ${text.slice(0, 200)}`;
  const fix = "give the token the right to write comments, and check the number: docs/pull-requests.md";
  const expected = "a pull request whose comments the token may read and write";
  throwProblems([{ key: `${method} ${url}`, expected, found, fix }], "no comment was written");
  return undefined;
}
