import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { readStackOutputs } from "../../../components/host/stack-outputs.ts";

describe("the outputs of another stack", () => {
  const dev = "organization/morgan/dev";
  const answers = async (call: (token: string, name: unknown) => Record<string, unknown>): Promise<void> => {
    await pulumi.runtime.setMocks(
      {
        newResource: () => ({ id: "", state: {} }),
        call: ({ token, inputs }) => call(token, (inputs as Record<string, unknown>)["name"]),
      },
      "morgan",
      "prod",
    );
  };

  it("are read without a resource, by the stack's full name", async () => {
    await answers((token, name) => ({ outputs: { release: `${token} ${String(name)}` } }));
    expect(await readStackOutputs(dev)).to.deep.equal({ release: `pulumi:pulumi:readStackOutputs ${dev}` });
  });

  it("are refused with a short message if there is no such stack, else with Pulumi's message", async () => {
    // The engine's message is in the details of the response.
    const failing = (details: string) => (): never => {
      throw Object.assign(new Error(), { details });
    };
    await answers(failing(`unknown stack "${dev}"`));
    expect(await readStackOutputs(dev).catch(String)).to.equal("Error: there is no such stack");
    await answers(failing("the backend does not answer"));
    expect(await readStackOutputs(dev).catch(String)).to.contain("the backend does not answer");
  });
});
