// Makes the role of the services in PostgreSQL, and sets its password, which comes twice, a line each.
import { text } from "node:stream/consumers";
import { reportFailure } from "../../system/report-failure.ts";
import { runToEnd, succeeding, type Ended } from "../../system/run-to-end.ts";
import { HAS_ADMIN, LIMIT, MOVE, ROLE, SET_PASSWORD, type Step } from "./postgres-roles.ts";

const container = process.env["MORGAN_CONTAINER"] ?? "";
const psql = ({ role, command }: Step, input = ""): Promise<Ended> =>
  runToEnd(
    "docker",
    ["exec", "-i", container, "psql", "--no-psqlrc", "--quiet", "-U", role, "-d", ROLE, "-c", command],
    { input },
  );

const password = await text(process.stdin);
try {
  const { code } = await psql(HAS_ADMIN);
  for (const step of code === 0 ? [LIMIT] : [...MOVE, LIMIT]) {
    await succeeding(psql(step), `the role ${ROLE}`);
  }
  await succeeding(psql(SET_PASSWORD, password), `a new password of the role ${ROLE}`);
} catch (error) {
  reportFailure(error);
}
