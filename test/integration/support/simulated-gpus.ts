import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { runAsRoot } from "./as-root.ts";

/** The folder of CDI specifications that a restart of the machine empties. The engine reads it. */
const CDI = "/var/run/cdi";

/**
 * A stand-in for a machine with GPUs: a CDI specification whose devices lead to /dev/null, and an nvidia-smi that lists
 * these devices. The engine treats the devices as NVIDIA GPUs. Their names are random, so they hide no real GPU.
 */
export class SimulatedGpus {
  readonly #id = randomBytes(4).toString("hex");
  readonly #folder = mkdtempSync(join(tmpdir(), "morgan-gpus-"));
  readonly #specification = join(CDI, `morgan-test-${this.#id}.json`);

  /** Returns the UUID of a GPU by its index. */
  uuid(index: number): string {
    return `GPU-${this.#id}-${String(index)}`;
  }

  /** Returns the path of a GPU's device in a container that has the GPU. */
  node(index: number): string {
    return `/dev/simulated-gpu-${String(index)}`;
  }

  /** The environment in which this nvidia-smi is the first on PATH. */
  get variables(): Record<string, string> {
    return { PATH: `${this.#folder}${delimiter}${process.env["PATH"] ?? ""}` };
  }

  /** Replaces the GPUs of the machine. `gpus` holds the memory of each in MiB, by index. */
  set(gpus: Readonly<Record<number, number>>): void {
    const indices = Object.keys(gpus).map(Number);
    const devices = indices.map((index) => ({
      name: this.uuid(index),
      containerEdits: { deviceNodes: [{ path: this.node(index), hostPath: "/dev/null" }] },
    }));
    const lines = Object.entries(gpus).map(
      ([index, memory]) =>
        `${index}, ${this.uuid(Number(index))}, Simulated, ${String(memory)}, ${String(memory)}, 570.26, 8.6, [N/A]`,
    );
    const program = join(this.#folder, "nvidia-smi");
    writeFileSync(program, `#!/bin/sh\ncat <<'END'\n${lines.join("\n")}\nEND\n`);
    chmodSync(program, 0o755);
    const draft = join(this.#folder, "specification.json");
    writeFileSync(draft, JSON.stringify({ cdiVersion: "0.6.0", kind: "nvidia.com/gpu", devices }));
    runAsRoot("mkdir", "-p", CDI);
    runAsRoot("cp", draft, `${this.#specification}.partial`);
    // The engine reads a new file at once, so the file has to be complete.
    runAsRoot("mv", `${this.#specification}.partial`, this.#specification);
  }

  /** Removes the specification and the program. */
  remove(): void {
    runAsRoot("rm", "-f", this.#specification);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
