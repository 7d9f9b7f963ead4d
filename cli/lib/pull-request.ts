import { throwProblems, type Problem } from "../../components/lib/errors.ts";
import { setting } from "../../toolchain/lib/paths.mjs";

/** The comments of one pull request, in the API of GitHub or GitLab. */
export interface PullRequest {
  /** URL at which its comments are listed and made. */
  readonly comments: string;
  /** Returns the URL of a comment. */
  comment(id: number): string;
  /** Method of a change. */
  readonly change: "PATCH" | "PUT";
  /** Headers of every request, with the token. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Returns the pull request that the environment names, as its CI system does. @throws MorganError for what it lacks. */
export function pullRequestOf(env: NodeJS.ProcessEnv): PullRequest {
  return setting(env, "CI_API_V4_URL") === undefined ? onGitHub(env) : onGitLab(env);
}

function onGitHub(env: NodeJS.ProcessEnv): PullRequest {
  const { GITHUB_REPOSITORY, GH_TOKEN, MORGAN_PULL_REQUEST } = needed(env, {
    GITHUB_REPOSITORY: "the repository, as owner/name",
    GH_TOKEN: "a token that may write to pull requests",
    MORGAN_PULL_REQUEST: "the number of the pull request",
  });
  const api = setting(env, "GITHUB_API_URL") ?? "https://api.github.com";
  const repository = `${api}/repos/${GITHUB_REPOSITORY}`;
  return {
    comments: `${repository}/issues/${MORGAN_PULL_REQUEST}/comments`,
    comment: (id) => `${repository}/issues/comments/${String(id)}`,
    change: "PATCH",
    headers: { authorization: `Bearer ${GH_TOKEN}`, accept: "application/vnd.github+json" },
  };
}

function onGitLab(env: NodeJS.ProcessEnv): PullRequest {
  const { CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID, MORGAN_GITLAB_TOKEN } = needed(env, {
    CI_API_V4_URL: "the URL of GitLab's API",
    CI_PROJECT_ID: "the number of the project",
    CI_MERGE_REQUEST_IID: "the number of the merge request in its project",
    MORGAN_GITLAB_TOKEN: "a token of the project with the scope api",
  });
  const comments = `${CI_API_V4_URL}/projects/${CI_PROJECT_ID}/merge_requests/${CI_MERGE_REQUEST_IID}/notes`;
  return {
    comments,
    comment: (id) => `${comments}/${String(id)}`,
    change: "PUT",
    headers: { "private-token": MORGAN_GITLAB_TOKEN },
  };
}

/** Returns the values of variables. @throws MorganError with every variable that is not set. */
function needed<Name extends string>(
  env: NodeJS.ProcessEnv,
  variables: Readonly<Record<Name, string>>,
): Record<Name, string> {
  const values = Object.keys(variables).map((name) => [name, setting(env, name)] as const);
  const problems = values.flatMap(([name, value]): Problem[] =>
    value === undefined
      ? [{ key: name, expected: variables[name as Name], found: "no value", fix: `set ${name}: docs/pull-requests.md` }]
      : [],
  );
  throwProblems(problems, "no comment was written");
  return Object.fromEntries(values) as Record<Name, string>;
}
