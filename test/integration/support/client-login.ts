import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { filesBelow, placesHolding, temporaryFiles, type Place } from "./canaries.ts";
import type { TestStack } from "./test-stack.ts";

/** A Docker client that somebody has logged in to a registry which the project does not use. */
export class ClientLogin {
  readonly password = `canary-${randomBytes(8).toString("hex")}`;
  readonly #folder = mkdtempSync(join(tmpdir(), "morgan-client-"));

  constructor() {
    const auth = this.encoded;
    writeFileSync(join(this.#folder, "config.json"), JSON.stringify({ auths: { "ghcr.example.com": { auth } } }));
  }

  /** Variables with which every program of a stack uses this client. */
  get variables(): Record<string, string> {
    return { DOCKER_CONFIG: this.#folder };
  }

  /** Names of the files of a stack, and of temporary files, that hold the password. */
  copies(stack: TestStack): string[] {
    const places = function* (): Generator<Place> {
      yield* temporaryFiles();
      yield* filesBelow(join(stack.folder, ".morgan"));
    };
    const found = placesHolding([this.password, this.encoded], places());
    return [...new Set(Object.values(found).flat())];
  }

  /** Waits until no file holds the password: after a plain Pulumi, a process of its own removes such files. */
  async noCopies(stack: TestStack): Promise<void> {
    for (let tries = 50; tries > 0 && this.copies(stack).length > 0; tries -= 1) await setTimeout(200);
    expect(this.copies(stack), "files with a login of the Docker client").to.deep.equal([]);
  }

  /** Names of what is in the folders of a stack's runs. */
  leftByRuns({ folder }: TestStack): string[] {
    return readdirSync(join(folder, ".morgan/runs")).filter((name) => name !== "shell");
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  private get encoded(): string {
    return Buffer.from(`ci:${this.password}`).toString("base64");
  }
}
