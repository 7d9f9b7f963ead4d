import { readdirSync, readFileSync, statSync } from "node:fs";
import { expect } from "chai";
import { backup, backupName } from "../../../../cli/commands/backup.ts";
import { readList, restore } from "../../../../cli/commands/restore.ts";
import type { DatabaseOwner } from "../../../../cli/stack/postgres.ts";
import type { Identity } from "../../../../components/engine/identity.ts";
import { roleLabels } from "../../../../components/engine/labels.ts";
import { fakeEngine } from "../../support/config.ts";
import { container, engineWith } from "../../support/containers.ts";
import { useFolder } from "../../support/project.ts";
import { usePrograms } from "../../support/programs.ts";

/** The output of pg_restore for a dump of the history, shortened. */
const LIST = `;
; Archive created at 2026-11-24 15:04:05 UTC
;     dbname: morgan
;     TOC Entries: 9
;
; Selected TOC Entries:
;
214; 1259 16386 TABLE public turns morgan
3339; 0 16386 TABLE DATA public turns morgan
3195; 2606 16392 CONSTRAINT public turns turns_pkey morgan
`;

const identity: Identity = { stack: "prod", id: "p1", legacy: false };
const PROD: DatabaseOwner = { stack: { name: "prod", reference: "acme/morgan/prod" }, identity };

const engine = engineWith([
  container("stopped", "postgres", { status: "exited", labels: roleLabels(identity, "postgres") }),
  container("0123", "postgres", { labels: roleLabels(identity, "postgres") }),
  container("other", "postgres"),
  container("theirs", "postgres", { labels: roleLabels({ ...identity, id: "p2" }, "postgres") }),
]);

describe("a backup", () => {
  const project = useFolder();
  const programs = usePrograms(project);
  const docker = (exec: string): void => {
    programs.write("docker", exec);
    programs.called();
  };
  const files = (): string[] => readdirSync(".").filter((name) => name.includes(".dump"));
  beforeEach(() => {
    for (const name of files()) project.remove(name);
  });

  it("is the output of pg_dump in the stack's own container, in a file for its owner alone", async () => {
    docker("printf PGDMP-and-more");
    expect(await backup(engine, PROD, "a.dump")).to.equal(14);
    expect(readFileSync("a.dump", "utf8")).to.equal("PGDMP-and-more");
    expect(statSync("a.dump").mode & 0o777).to.equal(0o600);
    expect(files()).to.deep.equal(["a.dump"]);
    const [dumped] = programs.called();
    expect(dumped).to.equal(
      "docker exec 0123 pg_dump --username=morgan --dbname=morgan --no-password --no-acl --format=custom",
    );
  });

  it("that fails leaves no file, half or whole, and reports PostgreSQL's message", async () => {
    docker("printf PGD; echo 'pg_dump: error: out of luck' >&2; exit 1");
    expect(await backup(engine, PROD, "a.dump").catch(String))
      .to.contain("no backup was made")
      .and.contain("out of luck");
    expect(files()).to.deep.equal([]);
  });

  it("does not replace a file that exists, or that appears meanwhile", async () => {
    project.write("a.dump", "precious");
    docker("printf PGDMP");
    expect(await backup(engine, PROD, "a.dump").catch(String))
      .to.contain("no backup was made")
      .and.contain("the file exists")
      .and.contain("name another file");
    expect(programs.called()).to.deep.equal([]);
    docker("echo quick >b.dump; printf PGDMP");
    expect(await backup(engine, PROD, "b.dump").catch(String)).to.contain("EEXIST");
    expect(["a.dump", "b.dump"].map((name) => readFileSync(name, "utf8"))).to.deep.equal(["precious", "quick\n"]);
    expect(files()).to.have.members(["a.dump", "b.dump"]);
  });

  it("is not written into a file that is named as a stack is, which the user may have meant", async () => {
    project.write("Pulumi.prod.yaml", "");
    docker("printf PGDMP");
    expect(await backup(engine, PROD, "prod").catch(String))
      .to.contain("./morgan backup --stack prod")
      .and.contain("./morgan backup ./prod");
    expect(programs.called()).to.deep.equal([]);
    expect(await backup(engine, PROD, "./prod")).to.equal(5);
    project.remove("prod");
  });

  it("needs a stack that runs PostgreSQL", async () => {
    expect(await backup(fakeEngine(), PROD, "a.dump").catch(String))
      .to.contain('"prod" runs no PostgreSQL')
      .and.contain("./morgan up --stack acme/morgan/prod");
    const unreachable = fakeEngine({ containers: () => Promise.reject(new Error("no engine")) });
    expect(await backup(unreachable, PROD, "a.dump").catch(String)).to.contain("no engine");
    expect(files()).to.deep.equal([]);
  });

  it("is named after the stack and the time", () => {
    expect(backupName("prod", new Date("2026-11-24T15:04:05.678Z"))).to.equal("morgan-prod-2026-11-24T15-04-05Z.dump");
  });
});

describe("restore", () => {
  const project = useFolder();
  const programs = usePrograms(project);
  const docker = (list: string, restoring = "cat >restored"): void => {
    const exec = `case "$*" in *--list*) ${list} ;; *) ${restoring} ;; esac`;
    programs.write("docker", exec);
    programs.called();
  };
  before(() => {
    project.write("list", LIST);
    project.write("a.dump", "PGDMP");
  });

  it("restores the whole file in one transaction, and reports its tables", async () => {
    docker("cat list");
    expect(await restore(engine, PROD, "a.dump")).to.deep.equal({
      made: "2026-11-24 15:04:05 UTC",
      tables: ["turns"],
    });
    expect(readFileSync("restored", "utf8")).to.equal("PGDMP");
    const restoring = programs.called().at(-1) ?? "";
    expect(restoring).to.match(/^docker exec --interactive 0123 pg_restore --username=morgan --dbname=morgan /);
    for (const flag of ["--clean", "--if-exists", "--single-transaction", "--exit-on-error"]) {
      expect(restoring.split(" ")).to.include(flag);
    }
  });

  it("changes nothing if the file is no backup", async () => {
    docker("echo 'input file does not appear to be a valid archive' >&2; exit 1");
    expect(await restore(engine, PROD, "a.dump").catch(String))
      .to.contain("a.dump is no backup")
      .and.contain("valid archive");
    expect(programs.called().filter((call) => call.includes("--clean"))).to.deep.equal([]);
  });

  it("reports PostgreSQL's message if PostgreSQL refuses the backup", async () => {
    docker("cat list", "echo 'end of file' >&2; exit 1");
    expect(await restore(engine, PROD, "a.dump").catch(String)).to.contain("nothing was restored: end of file");
  });

  it("needs a file", async () => {
    docker("cat list");
    expect(await restore(engine, PROD, "missing.dump").catch(String)).to.contain("missing.dump");
    expect(programs.called().filter((call) => call.startsWith("docker exec"))).to.deep.equal([]);
  });

  it("names each table whose rows the backup holds, and no other", () => {
    expect(readList(`${LIST}3340; 0 16400 TABLE DATA public other morgan\n`).tables).to.deep.equal(["turns", "other"]);
    expect(readList("")).to.deep.equal({ made: "", tables: [] });
  });
});
