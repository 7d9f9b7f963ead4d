import { expect } from "chai";
import { comment } from "../../../../cli/commands/comment.ts";
import { MorganError, messageOf } from "../../../../components/lib/errors.ts";
import { MARKER } from "../../../../components/plan/faces/comment.ts";
import { describeFailedPreview } from "../../../../components/plan/faces/failed-preview.ts";
import { useHttpServer } from "../../support/http-server.ts";
import { useFolder } from "../../support/project.ts";

interface Asked {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly token: string | undefined;
  readonly body: string;
}

describe("the comment of a pull request", () => {
  const project = useFolder();
  const { log } = console;
  let asked: Asked[];
  let existing: { readonly id: number; readonly body: string }[];
  let status: number;
  const address = useHttpServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { method, url, headers } = request;
      asked.push({ method, path: url, token: headers.authorization ?? String(headers["private-token"]), body });
      response.statusCode = status;
      const page = Number(new URL(url ?? "", "http://any").searchParams.get("page") ?? 1);
      response.end(JSON.stringify(method === "GET" ? existing.slice((page - 1) * 100, page * 100) : { id: 1 }));
    });
  });

  beforeEach(() => {
    [asked, existing, status] = [[], [], 200];
    project.remove("previews");
    project.write("previews/prod.md", `${MARKER}\n### prod\n`);
    project.write("previews/dev.md", `${MARKER}\n### dev\n`);
    console.log = () => undefined;
  });
  afterEach(() => {
    console.log = log;
  });

  const gitHub = (): NodeJS.ProcessEnv => ({
    GITHUB_API_URL: `http://${address()}`,
    GITHUB_REPOSITORY: "ada/morgan",
    GH_TOKEN: "t1",
    MORGAN_PULL_REQUEST: "7",
  });
  const gitLab = (): NodeJS.ProcessEnv => ({
    CI_API_V4_URL: `http://${address()}`,
    CI_PROJECT_ID: "5",
    CI_MERGE_REQUEST_IID: "8",
    MORGAN_GITLAB_TOKEN: "t2",
  });
  const TEXT = JSON.stringify({ body: `${MARKER}\n\n### dev\n\n### prod\n` });

  it("is made on GitHub, and on GitLab, with every stack in it", async () => {
    expect(await comment("previews", gitHub())).to.equal(0);
    const path = "/repos/ada/morgan/issues/7/comments";
    expect(asked).to.deep.equal([
      { method: "GET", path: `${path}?per_page=100&page=1`, token: "Bearer t1", body: "" },
      { method: "POST", path, token: "Bearer t1", body: TEXT },
    ]);
    asked = [];
    await comment("previews", gitLab());
    const notes = "/projects/5/merge_requests/8/notes";
    expect(asked[1]).to.deep.equal({ method: "POST", path: notes, token: "t2", body: TEXT });
  });

  it("is changed in place, also if there are many other comments", async () => {
    const others = Array.from({ length: 130 }, (_, id) => ({ id, body: `nice ${MARKER}` }));
    existing = [...others, { id: 4711, body: `${MARKER}\nold` }];
    await comment("previews", gitHub());
    expect(asked.map(({ method, path }) => `${method ?? ""} ${path ?? ""}`).slice(1)).to.deep.equal([
      "GET /repos/ada/morgan/issues/7/comments?per_page=100&page=2",
      "PATCH /repos/ada/morgan/issues/comments/4711",
    ]);
    expect(asked[2]?.body).to.equal(TEXT);
    asked = [];
    await comment("previews", gitLab());
    expect([asked[2]?.method, asked[2]?.path]).to.deep.equal(["PUT", "/projects/5/merge_requests/8/notes/4711"]);
  });

  const failure = async (folder: string, env: NodeJS.ProcessEnv): Promise<string> => {
    try {
      await comment(folder, env);
      return "";
    } catch (error) {
      expect(error).to.be.instanceOf(MorganError);
      return messageOf(error);
    }
  };

  it("is not written without previews, without a token, or against a refusal, and all that lacks is named", async () => {
    expect(await failure("nothing", gitHub()))
      .to.include("nothing")
      .and.include("preview --stack dev --markdown");
    expect(await failure("previews", { GITHUB_REPOSITORY: "" }))
      .to.include("GITHUB_REPOSITORY")
      .and.include("GH_TOKEN")
      .and.include("MORGAN_PULL_REQUEST");
    expect(await failure("previews", { CI_API_V4_URL: "http://x", CI_PROJECT_ID: "1", CI_MERGE_REQUEST_IID: "2" }))
      .to.include("MORGAN_GITLAB_TOKEN")
      .and.not.include("CI_PROJECT_ID");
    expect(asked).to.deep.equal([]);
    status = 403;
    expect(await failure("previews", gitHub()))
      .to.include("403")
      .and.not.include("t1");
  });

  it("has what a failed preview printed, of a long text the end", () => {
    const text = describeFailedPreview("dev", `${"a".repeat(30_000)}\nthe error`);
    expect(text).to.include("the preview failed").and.include("the error");
    expect(text.length).to.be.lessThan(21_000);
    expect(text.startsWith(MARKER)).to.equal(true);
  });
});
