import { expect } from "chai";
import fc from "fast-check";
import type { Instruction, Mount } from "../../../components/dockerfile/instruction.ts";
import { renderDockerfile } from "../../../components/dockerfile/render.ts";
import { readDockerfile, readEnvironment } from "../support/dockerfile-grammar.ts";

const word = fc.stringMatching(/^[A-Za-z0-9/._:@-]{1,20}$/);
/** Any one line of text, full of what a shell and a Dockerfile take for something special. */
const line = fc
  .string({
    unit: fc.oneof(fc.constantFrom(...Array.from("\\\"'$#`{}[]<&|;= \t\r")), fc.string({ minLength: 1, maxLength: 1 })),
  })
  .map((text) => text.replaceAll("\n", " "));
const key = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/).filter((name) => name !== "__proto__");
const environment = fc.dictionary(key, line, { minKeys: 1, noNullPrototype: true });
const content = fc
  .array(
    line.map((text) => `${text}\n`),
    { minLength: 1 },
  )
  .map((lines) => lines.join(""));

const mount: fc.Arbitrary<Mount> = fc.oneof(
  fc.record({
    type: fc.constant("cache"),
    sharing: fc.constantFrom("locked" as const, "shared" as const),
    id: word,
    target: word,
  }),
  fc.record({ type: fc.constant("bind"), from: word, source: word, target: word }),
  fc.record({ type: fc.constant("bind"), source: word, target: word }),
  fc.record({ type: fc.constant("secret"), id: word, mode: fc.constant("0444" as const) }),
  fc.record({ type: fc.constant("tmpfs"), target: word }),
);

/** A command of a shell; what cannot be part of a RUN is proved to be refused below. */
const command = fc.stringMatching(/^[a-z][a-z0-9 "$'/=>|;-]{0,30}$/);

const instruction: fc.Arbitrary<Instruction> = fc.oneof(
  fc.record({ kind: fc.constant("from"), image: word }),
  fc.record({ kind: fc.constant("run"), commands: fc.array(command, { minLength: 1 }), mounts: fc.array(mount) }),
  fc.record({ kind: fc.constant("copy"), source: line, destination: line }),
  fc.record({ kind: fc.constant("add"), source: line, destination: line }),
  fc.record({ kind: fc.constant("file"), path: word, mode: fc.constantFrom("0644", "0755"), content }),
  fc.record({ kind: fc.constant("env"), values: environment }),
  fc.record({ kind: fc.constant("workdir"), path: word }),
  fc.record({ kind: fc.constant("user"), user: word }),
  fc.record({ kind: fc.constant("expose"), port: fc.integer({ min: 1, max: 65_535 }) }),
  fc.record({ kind: fc.constant("stopsignal"), signal: word }),
  fc.record({ kind: fc.constant("entrypoint"), command: fc.array(line) }),
  fc.record({ kind: fc.constant("cmd"), command: fc.array(line) }),
);

const keyword = ({ kind }: Instruction): string => (kind === "file" ? "COPY" : kind.toUpperCase());
const render = (one: Instruction): string => renderDockerfile([one]);

describe("a rendered Dockerfile", () => {
  it("is read back as one instruction each, in the same order", () => {
    fc.assert(
      fc.property(fc.array(instruction), (instructions) => {
        expect(readDockerfile(renderDockerfile(instructions)).map(({ name }) => name)).to.deep.equal(
          instructions.map(keyword),
        );
      }),
    );
  });

  it("is the same text for the same instructions", () => {
    fc.assert(
      fc.property(fc.array(instruction), (instructions) => {
        expect(renderDockerfile(structuredClone(instructions))).to.equal(renderDockerfile(instructions));
      }),
    );
  });

  it("holds a file's content exactly", () => {
    fc.assert(
      fc.property(content, word, (text, path) => {
        const [read, ...others] = readDockerfile(render({ kind: "file", path, mode: "0644", content: text }));
        expect(read?.heredoc).to.equal(text);
        expect(read?.rest.endsWith(` ${path}`)).to.equal(true);
        expect(others).to.deep.equal([]);
      }),
    );
  });

  it("holds the value of a variable exactly, with nothing in it expanded", () => {
    fc.assert(
      fc.property(environment, (values) => {
        const [read, ...others] = readDockerfile(render({ kind: "env", values }));
        expect(readEnvironment(read?.rest ?? "")).to.deep.equal(values);
        expect(others).to.deep.equal([]);
      }),
    );
  });

  it("holds a command's arguments exactly", () => {
    fc.assert(
      fc.property(fc.array(line), (words) => {
        const [read, ...others] = readDockerfile(render({ kind: "cmd", command: words }));
        expect(JSON.parse(read?.rest ?? "")).to.deep.equal(words);
        expect(others).to.deep.equal([]);
      }),
    );
  });

  it("runs every command of a RUN, each only if the one before succeeded", () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1 }), fc.array(mount), (commands, mounts) => {
        const [read] = readDockerfile(render({ kind: "run", commands, mounts }));
        const text = read?.rest.replace(/^(?:--mount=\S+\s+)*/, "") ?? "";
        expect(text.split(/ && {5}/)).to.deep.equal(commands);
        expect(read?.rest.match(/--mount=type=/g) ?? []).to.have.length(mounts.length);
      }),
    );
  });
});

describe("a Dockerfile cannot contain", () => {
  const refused: Readonly<Record<string, Instruction>> = {
    "a command of several lines": { kind: "run", commands: ["true", "echo a\necho b"] },
    "a command that would go on in the next line": { kind: "run", commands: ["echo \\"] },
    "a command that would be dropped as a comment": { kind: "run", commands: ["true", " # nothing"] },
    "a command that would begin a heredoc": { kind: "run", commands: ["cat <<EOF"] },
    "a variable of several lines": { kind: "env", values: { A: "1\n2" } },
    "a variable without a proper name": { kind: "env", values: { "A B": "1" } },
    "a file that holds the mark of its end": { kind: "file", path: "/a", mode: "0644", content: "a\nMORGAN_EOF\nb" },
  };
  for (const [what, instruction] of Object.entries(refused)) {
    it(what, () => {
      expect(() => render(instruction)).to.throw(Error);
    });
  }
});
