import type { Release } from "../../../components/release/release.ts";

/** A digest that a word stands for. */
export function digest(word: string): string {
  return `sha256:${Buffer.from(word).toString("hex").padEnd(64, "0").slice(0, 64)}`;
}

/** A healthy release of llm and vad. The word decides the digest of llm. */
export function madeUpRelease(word: string, changes: Partial<Release> = {}): Release {
  const repository = changes.repository ?? "registry.example/dev/images";
  const service = (name: string, content: string): Release["services"][string] => ({
    ref: `${repository}:${name}.dev@${digest(content)}`,
    source: content.padEnd(12, "0"),
    lock: "0123456789ab",
    health: "healthy",
  });
  return {
    id: `r${Buffer.from(word).toString("hex").padEnd(8, "0").slice(0, 8)}`,
    accelerator: "cpu",
    revision: "",
    repository,
    services: { llm: service("llm", word), vad: service("vad", "vad") },
    backing: {
      debian: `${repository}@${digest("debian")}`,
      haproxy: `${repository}:haproxy.dev@${digest("haproxy")}`,
      redis: `docker.io/library/redis@${digest("redis")}`,
    },
    ...changes,
  };
}
