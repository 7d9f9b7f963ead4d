import { expect } from "chai";
import type { RegistryConfig } from "../../../components/lib/image-reference.ts";
import { forecastsOf } from "../../../components/preflight/forecasts.ts";
import { stackConfig } from "../support/config.ts";

describe("the sources of a stack's forecasts", () => {
  const askedURL = async (registry: RegistryConfig): Promise<string | undefined> => {
    const urls: string[] = [];
    const host = {
      run: () => Promise.resolve(undefined),
      httpText: (url: string) => {
        urls.push(url);
        return Promise.resolve(undefined);
      },
    };
    const { host: name } = registry.kind === "local" ? { host: "127.0.0.1:5101" } : registry;
    await forecastsOf(stackConfig({ images: { registry } }), host).image(`${name}/team/images:core.dev-cache`);
    return urls[0];
  };

  it("read a registry on the loopback over HTTP, as Docker does, and every other one over TLS", async () => {
    const path = "v2/team/images/manifests/core.dev-cache";
    const remote = (host: string): RegistryConfig => ({ kind: "remote", host, project: "team" });
    expect(await askedURL({ kind: "local", port: 5101 })).to.equal(`http://127.0.0.1:5101/${path}`);
    expect(await askedURL(remote("127.0.0.1:5000"))).to.equal(`http://127.0.0.1:5000/${path}`);
    expect(await askedURL(remote("localhost:5000"))).to.equal(`http://localhost:5000/${path}`);
    expect(await askedURL(remote("harbor.example.com"))).to.equal(`https://harbor.example.com/${path}`);
  });
});
