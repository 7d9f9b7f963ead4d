import { setImmediate } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { startPlugins } from "../../../components/startup/plugins.ts";
import packageJson from "../../../package.json" with { type: "json" };

describe("the plugins", () => {
  it("of the default providers all start at once, with a request that creates no resource and cannot fail the run", async () => {
    const asked: string[] = [];
    const made: string[] = [];
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", note);
    await pulumi.runtime.setMocks(
      {
        newResource({ type, inputs }) {
          made.push(type);
          return { id: "", state: inputs as Record<string, unknown> };
        },
        call({ token }) {
          asked.push(token);
          throw new Error("unknown function");
        },
      },
      "morgan",
      "dev",
    );
    startPlugins();
    await pulumi.runtime.disconnect();
    await setImmediate();
    process.off("unhandledRejection", note);
    expect(unhandled).to.deep.equal([]);
    const used = Object.keys(packageJson.dependencies)
      .filter((name) => name.startsWith("@pulumi/") && !["@pulumi/pulumi", "@pulumi/docker-build"].includes(name))
      .map((name) => name.replace("@pulumi/", ""));
    expect(asked).to.have.members(used.map((name) => `${name}:index:nothing`));
    expect(made).to.deep.equal([]);
  });
});
