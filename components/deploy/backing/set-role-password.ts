// Sets the password of a PostgreSQL role. The argument is the role, and the password comes twice, a line each.
import { text } from "node:stream/consumers";
import { reportFailure } from "../../system/report-failure.ts";
import { runToEnd, succeeding } from "../../system/run-to-end.ts";

const [, , role = ""] = process.argv;
const psql = ["psql", "--no-psqlrc", "--quiet", "-U", role, "-d", role, "-c", "\\password"];
const input = await text(process.stdin);
await succeeding(
  runToEnd("docker", ["exec", "-i", process.env["MORGAN_CONTAINER"] ?? "", ...psql], { input }),
  `a new password of the role ${role}`,
).catch(reportFailure);
