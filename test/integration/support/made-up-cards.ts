import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** Where an engine looks for CDI specifications that do not outlast the machine's next start. */
const CDI = "/var/run/cdi";

/**
 * A stand-in for a machine with cards: a CDI specification of devices that lead to /dev/null, which makes the engine treat
 * them as NVIDIA's, and an nvidia-smi that tells of them. Their names are this test's alone, so that they hide no real card.
 */
export class MadeUpCards {
  readonly #id = randomBytes(4).toString("hex");
  readonly #folder = mkdtempSync(join(tmpdir(), "morgan-cards-"));
  readonly #specification = join(CDI, `morgan-test-${this.#id}.json`);

  /** UUID of a card by its number. */
  uuid(card: number): string {
    return `GPU-${this.#id}-${String(card)}`;
  }

  /** Path in a container that shows that it has a card. */
  node(card: number): string {
    return `/dev/made-up-${String(card)}`;
  }

  /** The variables with which a run finds this nvidia-smi before any other. */
  get variables(): Record<string, string> {
    return { PATH: `${this.#folder}${delimiter}${process.env["PATH"] ?? ""}` };
  }

  /** Makes the machine have these cards and no others: their memory in MiB, by their numbers. */
  have(cards: Readonly<Record<number, number>>): void {
    const numbers = Object.keys(cards).map(Number);
    const devices = numbers.map((card) => ({
      name: this.uuid(card),
      containerEdits: { deviceNodes: [{ path: this.node(card), hostPath: "/dev/null" }] },
    }));
    const lines = Object.entries(cards).map(
      ([card, memory]) =>
        `${card}, ${this.uuid(Number(card))}, Made-up, ${String(memory)}, ${String(memory)}, 570.26, 8.6, [N/A]`,
    );
    const program = join(this.#folder, "nvidia-smi");
    writeFileSync(program, `#!/bin/sh\ncat <<'END'\n${lines.join("\n")}\nEND\n`);
    chmodSync(program, 0o755);
    mkdirSync(CDI, { recursive: true });
    // The engine reads it at once, so it has to be whole.
    writeFileSync(
      `${this.#specification}.partial`,
      JSON.stringify({ cdiVersion: "0.6.0", kind: "nvidia.com/gpu", devices }),
    );
    renameSync(`${this.#specification}.partial`, this.#specification);
  }

  /** Takes everything away. */
  remove(): void {
    rmSync(this.#specification, { force: true });
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
