import { expect } from "chai";
import { swallowedOptions } from "../../../../cli/lib/swallowed-options.ts";

describe("an option that npm takes for itself", () => {
  const found = (env: Record<string, string>, ...line: readonly string[]): string[] =>
    swallowedOptions(env, line).map(({ key, fix }) => `${key}: ${fix}`);

  it("is a problem with the command line that was meant", () => {
    expect(found({ npm_lifecycle_event: "destroy", npm_config_stack: "prod" }, "destroy")).to.deep.equal([
      "npm run destroy --stack=prod: ./morgan destroy --stack=prod",
    ]);
    expect(found({ npm_lifecycle_event: "backup", npm_config_stack: "true" }, "backup", "prod")).to.deep.equal([
      "npm run backup --stack: ./morgan backup --stack prod",
    ]);
    const several = {
      npm_lifecycle_event: "up",
      npm_config_stack: "",
      npm_config_save_plan: "p",
      npm_config_off: "true",
    };
    expect(found(several, "up")).to.have.length(3);
  });

  it("names all that was meant in one line, or no line at all if it may be read in two ways", () => {
    const both = { npm_lifecycle_event: "rollback", npm_config_stack: "prod", npm_config_to: "r0a1b2c3d" };
    expect(found(both, "rollback")).to.deep.equal(
      ["--stack=prod", "--to=r0a1b2c3d"].map(
        (option) => `npm run rollback ${option}: ./morgan rollback --stack=prod --to=r0a1b2c3d`,
      ),
    );
    const env = { npm_lifecycle_event: "restore", npm_config_stack: "true" };
    for (const words of [[], ["monday.dump", "prod"]]) {
      const [line = ""] = found(env, "restore", ...words);
      expect(line).to.include('run npm run restore again, with "--"').and.not.include("./morgan restore");
    }
  });

  it("is none if npm runs something else, or if it is a setting of npm", () => {
    expect(found({ npm_config_stack: "prod" }, "up")).to.deep.equal([]);
    expect(found({ npm_lifecycle_event: "test", npm_config_stack: "prod" }, "up")).to.deep.equal([]);
    const settings = {
      npm_lifecycle_event: "up",
      npm_config_yes: "true",
      npm_config_json: "true",
      npm_config_cache: "/c",
    };
    expect(found(settings, "up")).to.deep.equal([]);
  });
});
