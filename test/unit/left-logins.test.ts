import { existsSync } from "node:fs";
import { expect } from "chai";
import { removeLogins } from "../../components/image/left-logins.ts";
import { useFolder } from "./support/project.ts";

const login = (host: string): string => JSON.stringify({ auths: { [host]: { auth: "Y2k6cA==" } } });

describe("log-ins that the build provider leaves behind", () => {
  const project = useFolder();

  it("are removed for one host, and everything else is left alone", () => {
    project.write("pulumi-docker-1/config.json", login("harbor.example.com"));
    project.write("pulumi-docker-1/metadata.json", "a build under way writes it");
    project.write("pulumi-docker-2/config.json", login("other.example.com"));
    project.write("pulumi-docker-3/metadata.json", "{}");
    project.write("somebody/config.json", login("harbor.example.com"));
    removeLogins("harbor.example.com", project.folder);
    const left = [
      "pulumi-docker-1/config.json",
      "pulumi-docker-1/metadata.json",
      "pulumi-docker-2/config.json",
      "somebody/config.json",
    ];
    expect(left.map((file) => existsSync(`${project.folder}/${file}`))).to.deep.equal([false, true, true, true]);
  });
});
