/**
 * Limits a container's log to 30 MB of disk. Both inputs are set: with one of them docker 5.2.0 finds a difference to
 * the engine's report in every run.
 */
export const LOG_ROTATION = {
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "3" },
} as const;
