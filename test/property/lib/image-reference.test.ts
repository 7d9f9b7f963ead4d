import { expect } from "chai";
import fc from "fast-check";
import {
  digestOf,
  fromShownName,
  isPinned,
  isWrongHub,
  parseRegistry,
  shownName,
  withoutTag,
} from "../../../components/lib/image-reference.ts";

const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?$/);
const port = fc.integer({ min: 1, max: 65_535 });
const host = fc.oneof(
  fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join(".")),
  fc.tuple(label, port).map(([name, number]) => `${name}:${number}`),
  fc.constant("localhost"),
);
const component = fc.stringMatching(/^[a-z0-9]{1,6}(?:(?:\.|_|__|-{1,3})[a-z0-9]{1,6}){0,2}$/);
const project = fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const account = fc.stringMatching(/^[a-z0-9]{2,10}$/).filter((name) => name !== "localhost");
const digest = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`);
const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/);
const image = fc.tuple(host, project, component).map(([at, below, name]) => `${at}/${below}/${name}`);

describe("the name that an engine shows", () => {
  it("of an image has its host, except that of Docker Hub", () => {
    fc.assert(
      fc.property(host, account, project, component, tag, (at, account, below, name, version) => {
        const ref = `${at}/${below}/${name}:${version}`;
        expect(shownName(ref)).to.equal(ref);
        expect(fromShownName(ref)).to.equal(ref);
        const onHub = `docker.io/${account}/${name}:${version}`;
        expect(shownName(onHub)).to.equal(`${account}/${name}:${version}`);
        expect(fromShownName(shownName(onHub))).to.equal(onHub);
      }),
    );
  });
});

describe("Docker Hub", () => {
  for (const text of ["docker.io/me", "harbor.example.com/a/b", "127.0.0.1:5101/morgan"]) {
    it(`is not named wrong by ${text}`, () => {
      expect(isWrongHub(parseRegistry(text) ?? { host: "", project: "" })).to.equal(false);
    });
  }
  for (const text of ["index.docker.io/me", "registry-1.docker.io/me", "hub.docker.com/me", "docker.io/me/voice"]) {
    it(`is named wrong by ${text}`, () => {
      expect(isWrongHub(parseRegistry(text) ?? { host: "", project: "" })).to.equal(true);
    });
  }
});

describe("a registry", () => {
  it("is read back as it was written", () => {
    fc.assert(
      fc.property(host, project, (at, below) => {
        expect(parseRegistry(`${at}/${below}`)).to.deep.equal({ host: at, project: below });
      }),
    );
  });

  it("is never read from a text that could not be written", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from("aA9.:/-_@ \n")) }), (text) => {
        const registry = parseRegistry(text);
        if (registry === undefined) return;
        expect(`${registry.host}/${registry.project}`).to.equal(text);
        expect(text).to.match(/^[a-z0-9.:-]+(?:\/[a-z0-9._-]+)+$/);
      }),
    );
  });

  for (const garbage of [
    "",
    "/",
    "local",
    "morgan",
    "library/morgan",
    "https://harbor.example.com/morgan",
    "harbor.example.com",
    "harbor.example.com/",
    "harbor.example.com//morgan",
    "harbor.example.com/Morgan",
    "harbor.example.com/morgan:latest",
    "harbor.example.com/morgan/",
    "harbor.example.com:port/morgan",
    "harbor.example.com:443/morgan\n",
    " harbor.example.com/morgan",
  ]) {
    it(`is not ${JSON.stringify(garbage)}`, () => {
      expect(parseRegistry(garbage)).to.equal(undefined);
    });
  }
});

describe("an image's reference", () => {
  it("contains its digest, with a tag and without", () => {
    fc.assert(
      fc.property(image, tag, digest, (name, version, content) => {
        expect(digestOf(`${name}@${content}`)).to.equal(content);
        expect(digestOf(`${name}:${version}@${content}`)).to.equal(content);
        expect(isPinned(`${name}:${version}@${content}`)).to.equal(true);
      }),
    );
  });

  it("is pinned only by a whole digest", () => {
    fc.assert(
      fc.property(image, tag, digest, (name, version, content) => {
        const open = [name, `${name}:${version}`, content, `@${content}`, `${name}@${content.slice(0, -1)}`];
        for (const reference of [
          ...open,
          `${name}@${content}0`,
          `${name}@${content.toUpperCase()}`,
          `${name}@${version}`,
        ]) {
          expect(isPinned(reference), reference).to.equal(false);
        }
      }),
    );
  });

  it("loses its tag and keeps its repository, the registry's port and its digest", () => {
    fc.assert(
      fc.property(image, tag, digest, (name, version, content) => {
        expect(withoutTag(`${name}:${version}@${content}`)).to.equal(`${name}@${content}`);
        expect(withoutTag(`${name}@${content}`)).to.equal(`${name}@${content}`);
        expect(withoutTag(`${name}:${version}`)).to.equal(name);
        expect(withoutTag(name)).to.equal(name);
      }),
    );
  });
});
