import { expect } from "chai";
import { parseCommandLine, printsJson, type CommandLine } from "../../../../cli/lib/command-line.ts";
import { COMMANDS } from "../../../../cli/lib/commands.ts";

const read = (line: string): CommandLine => {
  const found = parseCommandLine(line === "" ? [] : line.split(" "), () => undefined);
  if (found === undefined) throw new Error(`"${line}" asked for help`);
  return found;
};
const help = (line: string): string => {
  let printed = "";
  expect(
    parseCommandLine(line.split(" "), (text) => (printed += text)),
    line,
  ).to.equal(undefined);
  return printed;
};

describe("JSON", () => {
  it("is what Pulumi prints with its option alone", () => {
    for (const flag of ["--json", "--json=true", "-j"]) expect(printsJson(["--refresh", flag]), flag).to.equal(true);
    for (const flag of ["--json=false", "--diff"]) expect(printsJson([flag]), flag).to.equal(false);
  });
});

describe("a command line", () => {
  it("names its stack in any of Pulumi's ways, and in any place", () => {
    expect(read("up").stack).to.equal(undefined);
    for (const line of ["up --stack prod", "up --stack=prod", "up -s prod", "up -s=prod", "--stack prod up"]) {
      const { command, stack, flags } = read(line);
      expect({ command, stack, flags }, line).to.deep.equal({
        command: "up",
        stack: { name: "prod", reference: "prod" },
        flags: [],
      });
    }
    expect(read("backup --stack organization/morgan/prod").stack?.name).to.equal("prod");
  });

  it("hands on to Pulumi what is Pulumi's, as it was written and in its order", () => {
    const flags = "--refresh --parallel 4 -p 4 -v=9 --target urn:a::b --diff=false -rf --message=a=b --json".split(" ");
    for (const command of ["up", "rollback", "destroy"]) {
      expect(read(`${command} ${flags.join(" ")}`).flags, command).to.deep.equal(flags);
      expect(read(`${command} --stack prod ${flags.join(" ")}`).flags, command).to.deep.equal(flags);
    }
    expect(read("preview --diff --refresh").flags).to.deep.equal(["--diff", "--refresh"]);
    expect(read(`rollback ${flags.join(" ")} --off`)).to.deep.include({ flags, options: { off: true } });
  });

  it("names a file, a release, and how outputs are printed", () => {
    expect(read("backup history.dump --stack prod").argument).to.equal("history.dump");
    expect(read("backup").argument).to.equal(undefined);
    expect(read("rollback --to r0a1b2c3d").options).to.deep.equal({ to: "r0a1b2c3d" });
    expect(read("outputs --json").options).to.deep.equal({ json: true });
    expect(read("preview --json --diff")).to.deep.include({ flags: ["--diff"], options: { json: true } });
    expect(read("destroy -y").options).to.deep.equal({ yes: true });
  });

  for (const [line, found] of Object.entries({
    "": "no command",
    upp: "unknown command 'upp'",
    "up --stack": "argument missing",
    "up --stack=": "argument '' is invalid",
    "up --stack --refresh": "argument '--refresh' is invalid",
    "up --stack a --stack b": "given twice",
    "up --stack a/other/dev": "organization/morgan/stack",
    "up --to r0a1b2c3d": "--to is an option of rollback, not of up",
    "preview --off": "--off is an option of rollback, not of preview",
    "destroy --to=x": "--to=x is an option of rollback",
    "rollback --to": "argument missing",
    "up prod": '"prod", which belongs to no option',
    "destroy --refresh=true prod": '"prod", which belongs to no option',
    "outputs --diff": "unknown option '--diff'",
    "backup --json": "unknown option '--json'",
    "backup a b": "too many arguments",
    restore: "missing required argument 'file'",
    "demo sentence.wav": "too many arguments",
  })) {
    it(`is refused, and nothing is changed: ${line}`, () => {
      expect(() => read(line))
        .to.throw(found)
        .with.property("message")
        .that.includes("nothing was changed");
      expect(() => read(line)).to.throw("--help");
    });
  }

  it("prints help with an example for each command, and does nothing else", () => {
    for (const { name, summary, examples } of COMMANDS) {
      for (const line of [`${name} --help`, `${name} -h`, `help ${name}`, `${name} --stack prod --help`]) {
        expect(help(line), line).to.include(summary).and.include(examples[0]).and.include("--stack <name>");
      }
      expect(help("--help")).to.match(new RegExp(`^  ${name} `, "m"));
    }
  });
});
