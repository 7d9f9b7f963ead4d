import { join } from "node:path";
import { expect } from "chai";
import { changedStages, pruneAllImages, pruneImages } from "../../../../cli/stack/prune-images.ts";
import { roleLabels } from "../../../../components/engine/labels.ts";
import { type Engine } from "../../../../components/engine/engine.ts";
import type { Release } from "../../../../components/release/release.ts";
import { useFolder } from "../../support/project.ts";
import { digest, madeUpRelease } from "../../support/releases.ts";
import { engineAt, IDENTITY } from "../../support/config.ts";
import { useEngineServer } from "../../support/engine-server.ts";

const REGISTRY = "registry.example/dev";
const [a, b] = [madeUpRelease("a"), madeUpRelease("b")];

describe("the stages whose kept images an up has changed", () => {
  const changed = (before: readonly Release[], after: readonly Release[]): string[] | undefined =>
    changedStages({ release: before[0]?.id, releases: before }, { release: after[0]?.id ?? "", releases: after });

  it("are those with a new image, or without an old one", () => {
    expect(changed([a], [b, a])).to.deep.equal(["llm"]);
    expect(changed([b, a], [b])).to.deep.equal(["llm"]);
    const other = madeUpRelease("a", { id: "r00000000", backing: { ...a.backing, redis: `x@${digest("other")}` } });
    expect(changed([a], [other, a])).to.deep.equal(["redis"]);
    expect(changed([a], [{ ...a, services: {} }])).to.deep.equal(["llm", "vad"]);
  });

  it("are those of which another kept image runs", () => {
    expect(changed([a, b], [b, a])).to.deep.equal(["llm"]);
  });

  it("are none if the same images are kept and run", () => {
    expect(changed([a, b], [a, b])).to.deep.equal([]);
    expect(changed([a], [{ ...a, id: "r00000000", revision: "0123" }, a])).to.deep.equal([]);
  });

  it("are unknown without a release", () => {
    for (const none of [undefined, {}, "text"])
      expect(changedStages(none, { release: a.id, releases: [a] })).to.equal(undefined);
  });
});

describe("the engine of a stack that keeps fewer images", () => {
  const project = useFolder();
  let engine: Engine;
  const listed: { Id: string; RepoTags: string[] }[] = [];
  const refused = new Set<string>();
  let asked: string[];
  let labels: Readonly<Record<string, string>> = {};

  const served = useEngineServer(project, ({ method = "", url = "" }, response) => {
    asked.push(decodeURIComponent(`${method} ${url}`));
    if (method === "DELETE") response.writeHead(refused.has(url) ? 500 : 200).end("[]");
    else
      response.end(JSON.stringify(url.startsWith("/images/") ? listed : [{ ImageID: digest("used"), Labels: labels }]));
  });
  before(() => {
    engine = served();
  });
  beforeEach(() => {
    asked = [];
    labels = roleLabels({ ...IDENTITY, id: "another" }, "llm");
    refused.clear();
    const images = ["gone", "gone too", "used", "a"].map((word) => ({
      Id: digest(word),
      RepoTags: [`${REGISTRY}/images:llm.dev@${digest(word)}`],
    }));
    listed.splice(0, listed.length, ...images);
  });

  const removal = (word: string): string => `/images/${REGISTRY}/images:llm.dev@${digest(word)}`;

  it("lists the images of the changed stages, of all stacks, and removes those that nothing needs", async () => {
    expect(await pruneImages(engine, "dev", { registry: REGISTRY, releases: [a] }, ["llm", "vad"])).to.equal(2);
    expect(asked.filter((line) => !line.includes("containers"))).to.deep.equal([
      `GET /images/json?filters={"reference":["${REGISTRY}/images:llm.*","${REGISTRY}/images:vad.*"]}`,
      `DELETE ${removal("gone")}`,
      `DELETE ${removal("gone too")}`,
    ]);
  });

  it("finds the images of a registry on Docker Hub, whose host the engine does not show", async () => {
    listed.splice(0, listed.length, { Id: digest("gone"), RepoTags: [`me/images:llm.dev@${digest("gone")}`] });
    expect(await pruneImages(engine, "dev", { registry: "docker.io/me", releases: [a] }, ["llm"])).to.equal(1);
    expect(asked).to.include('GET /images/json?filters={"reference":["me/images:llm.*"]}');
    expect(asked).to.include(`DELETE /images/docker.io/me/images:llm.dev@${digest("gone")}`);
  });

  it("lists nothing if nothing changed, and all images if the changes are unknown", async () => {
    expect(await pruneImages(engine, "dev", { registry: REGISTRY, releases: [a] }, [])).to.equal(0);
    expect(asked).to.deep.equal([]);
    await pruneImages(engine, "dev", { registry: REGISTRY, releases: [a] }, undefined);
    expect(asked).to.include("GET /images/json?filters={}");
  });

  it("keeps an image that it refuses to remove, and removes the others", async () => {
    refused.add(removal("gone"));
    expect(await pruneImages(engine, "dev", { registry: REGISTRY, releases: [a] }, undefined)).to.equal(1);
    expect(asked).to.include(`DELETE ${removal("gone too")}`);
  });

  it("removes all images of a stack that is gone, except those that another state of its name runs", async () => {
    const made = { urn: "", tag: `${REGISTRY}/images:llm.dev`, digest: digest("a"), copied: false };
    const deletions = (): string[] => asked.filter((line) => line.startsWith("DELETE"));
    await pruneAllImages(engine, IDENTITY, [made]);
    expect(deletions()).to.have.members(["gone", "gone too", "a"].map((word) => `DELETE ${removal(word)}`));
    asked = [];
    labels = roleLabels(IDENTITY, "llm");
    await pruneAllImages(engine, IDENTITY, [made]);
    expect(deletions()).to.have.length(4);
  });

  it("may be gone itself, which is no failure of an up", async () => {
    const gone = engineAt(`unix://${join(project.folder, "nothing.sock")}`);
    expect(await pruneImages(gone, "dev", { registry: REGISTRY, releases: [a] }, undefined)).to.equal(0);
  });
});
