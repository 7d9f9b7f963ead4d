// Runs one attack in a process of its own, so that it does not slow down the ordinary client. Prints its answers.
import { ATTACKS } from "./attacks.ts";

const [index = "", endpoint = ""] = process.argv.slice(2);
const answers = await ATTACKS[Number(index)]?.run(new URL(endpoint));
console.log(JSON.stringify(answers ?? {}));
process.exit(0);
