import type { Engine } from "../../components/engine/engine.ts";
import type { Identity } from "../../components/engine/identity.ts";
import { ROLE_LABEL } from "../../components/engine/labels.ts";
import { containersOf } from "../../components/engine/ownership.ts";
import { writePage } from "../../components/report-page/page.ts";
import { readReport, type InstalledByService } from "../../components/report-page/report.ts";
import { installedInContainer } from "../../components/size/installed.ts";
import { refuseStackName, writeOutput } from "../lib/output-file.ts";
import type { Outputs } from "../stack/outputs.ts";
import type { StackName } from "../lib/stack-name.ts";

/** Inputs of a page about a stack. */
export interface ReportArgs {
  readonly stack: StackName;
  readonly identity: Identity;
  readonly outputs: Outputs;
  /** The file to write; "-" for the standard output. */
  readonly file: string;
}

/** Name of a page's file if the user gives none. */
export function reportName(stack: string): string {
  return `morgan-${stack}-report.html`;
}

/** Writes a page about a stack. @throws MorganError if the file is the name of a stack. */
export async function report(engine: Engine, { stack, identity, outputs, file }: ReportArgs): Promise<void> {
  refuseStackName("report", file, "no page was written");
  const installed = await installedInServices(engine, identity, Object.keys(outputs.images));
  writeOutput(file, writePage(readReport(stack.name, outputs, installed)));
}

/** Returns what is installed in the running container of each service, as far as the engine says. */
async function installedInServices(
  engine: Engine,
  identity: Identity,
  services: readonly string[],
): Promise<InstalledByService> {
  const listed = await containersOf(engine, identity).catch(() => []);
  const found = await Promise.all(
    services.map(async (service) => {
      const container = listed.find(({ labels, running }) => running && labels[ROLE_LABEL] === service);
      if (container === undefined) return [];
      const installed = await installedInContainer(engine, container.id).catch(() => undefined);
      return installed === undefined ? [] : [[service, installed] as const];
    }),
  );
  return Object.fromEntries(found.flat());
}
