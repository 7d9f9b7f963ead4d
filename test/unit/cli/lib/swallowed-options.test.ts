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
      "npm run backup --stack: ./morgan backup prod --stack",
    ]);
    const several = {
      npm_lifecycle_event: "up",
      npm_config_stack: "",
      npm_config_save_plan: "p",
      npm_config_off: "true",
    };
    expect(found(several, "up")).to.have.length(3);
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
