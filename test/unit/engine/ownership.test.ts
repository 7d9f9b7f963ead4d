import { expect } from "chai";
import { isLegacy, parseIdentity, type Identity } from "../../../components/engine/identity.ts";
import { roleLabels } from "../../../components/engine/labels.ts";
import { belongs, containersOf, foreignThings, networksOf } from "../../../components/engine/ownership.ts";
import { fakeEngine, IDENTITY, listing } from "../support/config.ts";

const OTHER: Identity = { ...IDENTITY, id: "another" };
const OLD: Identity = { ...IDENTITY, id: undefined };
const LEGACY: Identity = { ...IDENTITY, legacy: true };

describe("a thing in the engine", () => {
  it("belongs to the stack whose name and state its labels have", () => {
    expect(belongs(roleLabels(IDENTITY, "core"), IDENTITY)).to.equal(true);
    expect(belongs(roleLabels(OTHER, "core"), IDENTITY)).to.equal(false);
    expect(belongs(roleLabels({ ...IDENTITY, stack: "prod" }, "core"), IDENTITY)).to.equal(false);
    expect(belongs({}, LEGACY)).to.equal(false);
  });

  it("without the label of a state belongs to a stack from before states had ids, and to no other", () => {
    expect(belongs(roleLabels(OLD, "core"), LEGACY)).to.equal(true);
    expect(belongs(roleLabels(OLD, "core"), { ...LEGACY, id: undefined })).to.equal(true);
    expect(belongs(roleLabels(OLD, "core"), IDENTITY)).to.equal(false);
    expect(belongs(roleLabels(OTHER, "core"), LEGACY)).to.equal(false);
  });

  it("belongs to no stack whose state has no id yet", () => {
    for (const labels of [roleLabels(OLD, "core"), roleLabels(OTHER, "core")]) {
      expect(belongs(labels, OLD)).to.equal(false);
    }
  });
});

describe("the things of a stack in the engine", () => {
  const listed = (id: string, identity: Identity, role: string) => ({
    id,
    image: "sha256:0",
    running: true,
    labels: roleLabels(identity, role),
    published: [],
  });
  const engine = fakeEngine({
    containers: listing([listed("c1", IDENTITY, "core"), listed("c2", OTHER, "core"), listed("c3", IDENTITY, "llm")]),
    networks: () =>
      Promise.resolve([IDENTITY, OTHER].map((one) => ({ id: one.id ?? "", labels: roleLabels(one, "n") }))),
    volumes: () => Promise.resolve([{ name: "v", labels: roleLabels(OTHER, "redis-data") }]),
  });
  const ids = (things: readonly { readonly id: string }[]): string[] => things.map(({ id }) => id);

  it("are those of its state, of one role or of all", async () => {
    expect(ids(await containersOf(engine, IDENTITY))).to.deep.equal(["c1", "c3"]);
    expect(ids(await containersOf(engine, IDENTITY, "core"))).to.deep.equal(["c1"]);
    expect(ids(await networksOf(engine, IDENTITY))).to.deep.equal([IDENTITY.id]);
  });

  it("are foreign if another state has them", async () => {
    const { containers, networks, volumes } = await foreignThings(engine, IDENTITY);
    expect([ids(containers), ids(networks), volumes.map(({ name }) => name)]).to.deep.equal([
      ["c2"],
      ["another"],
      ["v"],
    ]);
  });
});

describe("the identity in a state", () => {
  it("is read from the output of the program that makes it", () => {
    expect(parseIdentity('{"stack":"dev","id":"1","legacy":true}')).to.deep.equal({
      stack: "dev",
      id: "1",
      legacy: true,
    });
    expect(parseIdentity('{"stack":"dev","id":"1"}')).to.deep.equal({ stack: "dev", id: "1", legacy: false });
    for (const text of [undefined, "", "{}", '{"stack":"dev"}', "[]", "null"])
      expect(parseIdentity(text)).to.equal(undefined);
  });

  it("is missing in a stack that ran before states had ids", () => {
    expect(isLegacy({ endpoint: "http://127.0.0.1:8080" })).to.equal(true);
    expect(isLegacy({ endpoint: "http://127.0.0.1:8080", identity: "1" })).to.equal(false);
    for (const none of [undefined, {}]) expect(isLegacy(none)).to.equal(false);
  });
});
