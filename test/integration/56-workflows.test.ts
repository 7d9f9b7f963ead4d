import { cpSync, readFileSync, unlinkSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { parse } from "yaml";
import { field, list, stringOr, strings } from "../../components/lib/json.ts";
import { runAsRoot } from "./support/as-root.ts";
import { idsOf } from "./support/engine.ts";
import { listen } from "./support/network.ts";
import { startObjectStore, type ObjectStore } from "./support/object-store.ts";
import { copyRepository, removeProject } from "./support/project.ts";
import { Runner, type Contexts, type StepResult } from "./support/runner.ts";
import { TestStack } from "./support/test-stack.ts";

/** Passphrase of the stacks of the tests. */
const PASSPHRASE = "only for tests";
const SOCKET = "/var/run/docker.sock";
const LINE = "services/llm/morgan_llm/__main__.py";

describe("the workflows, run as a runner of CI runs them", () => {
  let store: ObjectStore;
  let dev: TestStack;
  let prod: TestStack;
  let runner: Runner;
  let comments: Comments;
  const clones: string[] = [];

  before("a team has deployed dev and prod with a shared state, and has pushed its sources", async () => {
    [store, comments] = [await startObjectStore(), await Comments.start()];
    dev = await TestStack.create({ services: ["llm"] }, { variables: store.variables });
    await dev.up();
    const config = { services: ["llm"], promoteFrom: dev.name };
    prod = await TestStack.create(config, { variables: store.variables, beside: dev });
    await prod.up();
    runner = new Runner();
    await push();
  });

  after(async () => {
    try {
      await prod.destroy();
      await dev.dispose();
    } finally {
      store.close();
      comments.close();
      runner.remove(...clones.map((folder) => join(folder, "..")));
    }
  });

  /** Makes the runner's origin: the project with the configuration of both stacks. */
  async function push(): Promise<void> {
    const sources = copyRepository();
    unlinkSync(join(sources, "node_modules"));
    for (const { name } of [dev, prod])
      cpSync(join(dev.folder, `Pulumi.${name}.yaml`), join(sources, `Pulumi.${name}.yaml`));
    runAsRoot("cp", "--recursive", "--no-target-directory", sources, runner.origin);
    runAsRoot("chown", "--recursive", "65534:65534", runner.origin);
    removeProject(sources);
    await git("init --quiet --initial-branch main && git add --all --force && git commit --quiet --message first");
  }

  async function git(script: string): Promise<void> {
    const author = { GIT_AUTHOR_NAME: "Ada", GIT_AUTHOR_EMAIL: "ada@example.com" };
    const committer = { GIT_COMMITTER_NAME: "Ada", GIT_COMMITTER_EMAIL: "ada@example.com" };
    const { code, output } = await runner.run(`git ${script}`, runner.origin, { ...author, ...committer });
    expect(code, output).to.equal(0);
  }

  /** Clones a branch, as the step `checkout` does. */
  async function checkout(branch: string): Promise<string> {
    const folder = runner.newFolder();
    clones.push(folder);
    const { code, output } = await runner.run(
      `git clone --quiet --branch ${branch} ${runner.origin} ${folder}`,
      "/tmp",
    );
    expect(code, output).to.equal(0);
    return folder;
  }

  const contexts = (inputs: Contexts = {}): Contexts => ({
    vars: {
      PULUMI_BACKEND_URL: store.variables["PULUMI_BACKEND_URL"],
      MORGAN_DEV_STACK: dev.name,
      MORGAN_PROD_STACK: prod.name,
    },
    secrets: { ...store.variables, PULUMI_CONFIG_PASSPHRASE: PASSPHRASE },
    github: { token: "a token", event: { pull_request: { number: 7 } } },
    inputs,
  });
  const gitHub = (): Record<string, string> => ({ GITHUB_API_URL: comments.url, GITHUB_REPOSITORY: "ada/morgan" });
  const succeeded = (steps: readonly StepResult[]): void => {
    for (const { code, output } of steps) expect(code, output).to.equal(0);
  };
  const preview = (folder: string): Promise<readonly StepResult[]> =>
    runner.runJob(".github/workflows/preview.yml", "preview", folder, contexts(), gitHub());
  const deploy = async (job: string, folder: string, inputs: Contexts = {}): Promise<void> => {
    succeeded(await runner.runJob(".github/workflows/deploy.yml", job, folder, contexts(inputs), {}, SOCKET));
  };

  it("a pull request gets one comment with the previews of both stacks, without an engine", async () => {
    const before = [dev, prod].map(({ name }) => idsOf(name));
    await git(
      `switch --quiet --create line && echo '# one line' >>${LINE} && git commit --quiet --all --message 'One line'`,
    );
    succeeded(await preview(await checkout("line")));
    const [body = "", ...more] = comments.bodies;
    expect(more).to.deep.equal([]);
    expect(body).to.include(`<code>${dev.name}</code>`).and.include(`<code>${prod.name}</code>`);
    expect(body).to.include("morgan&#95;llm/&#95;&#95;main&#95;&#95;.py changed").and.include("left out");
    expect(body).to.include("nothing changes");
    expect([dev, prod].map(({ name }) => idsOf(name))).to.deep.equal(before);
  });

  it("another push changes that comment, and a preview that fails is in it with its reason beside the other", async () => {
    await git(
      `switch --quiet main && git switch --quiet --create wrong && sed -i 's/^config:$/config:\\n  morgan:rateLimit: wrong/' Pulumi.${dev.name}.yaml && git commit --quiet --all --message 'A wrong limit'`,
    );
    const steps = await preview(await checkout("wrong"));
    expect(steps.map(({ code }) => code === 0)).to.deep.equal([false, true, true]);
    const [body = "", ...more] = comments.bodies;
    expect(more).to.deep.equal([]);
    expect(body).to.include("morgan:rateLimit").and.include(`<code>${prod.name}</code>`);
    expect(body).not.to.include("py changed");
  });

  it("a merge is deployed to dev, promoted to prod after the approval, and rolled back by hand", async () => {
    await git("switch --quiet main && git merge --quiet line");
    const [inDev, inProd] = [idsOf(dev.name), idsOf(prod.name)];
    const folder = await checkout("main");
    await deploy("dev", folder);
    expect(idsOf(dev.name)["llm"]).not.to.equal(inDev["llm"]);
    expect(idsOf(dev.name)["gateway"]).to.equal(inDev["gateway"]);
    expect(idsOf(prod.name)).to.deep.equal(inProd);
    await deploy("prod", folder);
    const promoted = await prod.outputs();
    expect(promoted.images["llm"]?.digest).to.equal((await dev.outputs()).images["llm"]?.digest);
    expect(promoted.releases).to.have.lengthOf(2);
    await deploy("rollback", folder, { environment: "prod", release: "" });
    expect((await prod.outputs()).release).to.equal(promoted.releases[1]?.id);
  });

  it("GitLab's job makes the same comment in a merge request", async () => {
    const [folder = ""] = clones;
    const file: unknown = parse(readFileSync(".gitlab-ci.yml", "utf8"));
    const script = list(field(field(file, "preview"), "script")).map((line) => stringOr(line, ""));
    const variables = {
      ...strings(field(file, "variables")),
      XDG_CACHE_HOME: join(runner.home, ".cache"),
      ...store.variables,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      MORGAN_DEV_STACK: dev.name,
      MORGAN_PROD_STACK: prod.name,
      CI_API_V4_URL: comments.url,
      CI_PROJECT_ID: "5",
      CI_MERGE_REQUEST_IID: "8",
      MORGAN_GITLAB_TOKEN: "a token",
    };
    const before = comments.paths.length;
    const { code, output } = await runner.run(script.join("\n"), folder, variables);
    expect(code, output).to.equal(0);
    expect(comments.paths.slice(before).at(-1)).to.match(/^(?:POST|PUT) \/projects\/5\/merge_requests\/8\/notes/);
    expect(comments.bodies.at(-1)).to.include(`<code>${dev.name}</code>`).and.include(`<code>${prod.name}</code>`);
  });
});

/** The comments of a pull request, behind the API of GitHub or GitLab. */
class Comments {
  readonly url: string;
  /** Texts of the comments, in the order in which they were made. */
  readonly bodies: string[] = [];
  /** Every request, as "POST /path". */
  readonly paths: string[] = [];
  readonly close: () => void;

  private constructor(url: string, close: () => void) {
    [this.url, this.close] = [url, close];
  }

  static async start(): Promise<Comments> {
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        const answer = made.#answer(request.method ?? "", request.url ?? "", body);
        response.end(JSON.stringify(answer));
      });
    });
    const port = await listen(server, "127.0.0.1");
    const made = new Comments(`http://127.0.0.1:${String(port)}`, () => server.close());
    return made;
  }

  #answer(method: string, path: string, sent: string): unknown {
    this.paths.push(`${method} ${path}`);
    if (method === "GET") return this.bodies.map((body, id) => ({ id, body }));
    const body = stringOr(field(JSON.parse(sent), "body"), "");
    const id = method === "POST" ? this.bodies.length : Number(/(\d+)$/.exec(path)?.[1]);
    this.bodies[id] = body;
    return { id };
  }
}
