import { expect } from "chai";
import fc from "fast-check";
import { prunable } from "../../../../cli/stack/prune-images.ts";
import type { ListedImage } from "../../../../components/engine/images.ts";
import { pinnedRelease, pinRelease, releaseBefore } from "../../../../cli/stack/pinned-release.ts";
import { useFolder } from "../../support/project.ts";
import { usePrograms } from "../../support/programs.ts";
import { DEV, stackNamed } from "../../support/stacks.ts";
import { digest, madeUpRelease } from "../../support/releases.ts";

describe("the release to go back to", () => {
  const releases = ["c", "b", "a"].map((word) => madeUpRelease(word));
  const [c, b, a] = releases.map(({ id }) => id);
  const before = (running: string | undefined, wanted?: string): string =>
    releaseBefore({ release: running ?? "", releases }, wanted, DEV);

  it("is the release before the one that runs, or the release that the user names", () => {
    expect(before(c)).to.equal(b);
    expect(before(b)).to.equal(a);
    expect(before(a, c)).to.equal(c);
    expect(before(c, "r99999999"), "the preflight knows the other stack's too").to.equal("r99999999");
  });

  it("is none if no older release is kept; the error lists the kept releases", () => {
    expect(() => before(a)).to.throw(`there is no release before the one that runs:\n              ${String(c)}\n`);
    expect(() => before(a)).to.throw(`  ${String(a)}  runs`);
    expect(() => before("")).to.throw("no release");
  });
});

describe("the release in a stack's configuration", () => {
  const PROD = stackNamed("prod");
  const project = useFolder();
  const programs = usePrograms(project);

  it("is set and removed by Pulumi, whose refusal is reported", async () => {
    programs.write("pulumi", "exit 0");
    await pinRelease(PROD, "r0a1b2c3d");
    await pinRelease(PROD, undefined);
    expect(programs.called()).to.deep.equal([
      "pulumi config set release r0a1b2c3d --stack prod --non-interactive",
      "pulumi config rm release --stack prod --non-interactive",
    ]);
    programs.write("pulumi", "echo r0a1b2c3d");
    expect(await pinnedRelease(PROD)).to.equal("r0a1b2c3d");
    expect(programs.called()).to.deep.equal(["pulumi config get release --stack prod --non-interactive"]);
    programs.write("pulumi", "echo refused >&2; exit 1");
    expect(await pinnedRelease(PROD)).to.equal(undefined);
    expect(await pinRelease(PROD, undefined).catch(String)).to.equal("Error: refused");
  });
});

describe("the images that a stack no longer needs", () => {
  const repository = "127.0.0.1:5101/morgan/images";
  const [old, kept] = [digest("old"), digest("kept")];
  const image = (digestOfIt: string, ...tags: readonly string[]): ListedImage => ({
    digests: [digestOfIt],
    names: tags.map((tag) => `${repository}:${tag}`),
  });
  const prune = (images: readonly ListedImage[], keepsBuilding: boolean): string[] =>
    prunable(images, { stack: "dev", repository, keep: new Set([kept]), keepsBuilding }).map((name) =>
      name.slice(repository.length + 1),
    );
  const pruned = (...images: readonly ListedImage[]): string[] => prune(images, true);

  it("are those whose tag names another image now and which no kept release has", () => {
    expect(pruned(image(old, `core.dev@${old}`), image(kept, `core.dev@${kept}`))).to.deep.equal([`core.dev@${old}`]);
    expect(pruned(image(old, "core.dev-r0a1b2c3d"))).to.deep.equal(["core.dev-r0a1b2c3d"]);
    expect(pruned({ ...image(digest("id"), `core.dev@${old}`), digests: [digest("id"), kept] })).to.deep.equal([]);
  });

  it("are none that the tag of a stage names", () => {
    expect(pruned(image(old, "base.dev", `base.dev@${old}`))).to.deep.equal([]);
  });

  it("include these after the stack is gone, except images that are kept or that another stack has", () => {
    const gone = (...images: readonly ListedImage[]): string[] => prune(images, false);
    expect(gone(image(old, "base.dev", `base.dev@${old}`))).to.deep.equal(["base.dev", `base.dev@${old}`]);
    expect(gone(image(kept, "base.dev"))).to.deep.equal([]);
    expect(gone(image(old, "base.dev", `base.dev@${old}`, "base.prod"))).to.deep.equal(["base.dev"]);
  });

  it("are none of another stack, of another repository, or without a name", () => {
    const others = [`core.prod@${old}`, "core.dev2-r0a1b2c3d", "core.dev-x", "core.my.dev", "latest"];
    expect(pruned(...others.map((tag) => image(old, tag)))).to.deep.equal([]);
    expect(pruned({ digests: [old], names: [`elsewhere:core.dev@${old}`] })).to.deep.equal([]);
    expect(pruned({ digests: [old], names: [] })).to.deep.equal([]);
  });

  it("lose only their own names if another stack has the same image", () => {
    expect(pruned(image(old, `core.dev@${old}`, "core.prod-r0a1b2c3d"))).to.deep.equal([]);
    expect(pruned(image(old, "core.dev-r0a1b2c3d", `core.prod@${old}`))).to.deep.equal(["core.dev-r0a1b2c3d"]);
    const both = [...image(old, `core.dev@${old}`).names, `127.0.0.1:5102/morgan/images:core.prod@${old}`];
    expect(pruned({ digests: [old], names: both }), "in another repository").to.deep.equal([`core.dev@${old}`]);
  });

  it("are never kept images, whatever their names", () => {
    const tag = fc.constantFrom(`a.dev@${old}`, "a.dev", "a.dev-r0a1b2c3d", "a.prod", `a.prod@${old}`, "b");
    const images = fc.array(
      fc.tuple(fc.constantFrom(old, kept), fc.array(tag)).map(([id, tags]) => image(id, ...tags)),
    );
    fc.assert(
      fc.property(images, (listed) => {
        const gone = new Set(pruned(...listed.filter(({ digests }) => digests.includes(old))));
        expect(new Set(pruned(...listed))).to.deep.equal(gone);
      }),
    );
  });
});
