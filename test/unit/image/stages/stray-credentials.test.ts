import { existsSync } from "node:fs";
import { expect } from "chai";
import { removeStrayCredentials } from "../../../../components/image/stages/stray-credentials.ts";
import { useFolder } from "../../support/project.ts";

const login = (host: string): string => JSON.stringify({ auths: { [host]: { auth: "Y2k6cA==" } } });

describe("stray credentials of the build provider", () => {
  const project = useFolder();

  it("are removed for the registries of this project, and all other files stay", () => {
    const logins = ["1/config.json", "2/config.json"].map((file) => `pulumi-docker-${file}`);
    const others = ["pulumi-docker-1/metadata.json", "pulumi-docker-3/config.json", "somebody/config.json"];
    project.write(".morgan/logins", "harbor.example.com\nold.example.com:8443\n");
    for (const file of [...logins, ...others]) project.write(file, login("harbor.example.com"));
    project.write("pulumi-docker-2/config.json", login("old.example.com:8443"));
    project.write("pulumi-docker-3/config.json", login("other.example.com"));
    removeStrayCredentials(project.folder);
    const isThere = (file: string): boolean => existsSync(`${project.folder}/${file}`);
    expect(logins.filter(isThere)).to.deep.equal([]);
    expect(others.filter(isThere)).to.deep.equal(others);
  });
});
