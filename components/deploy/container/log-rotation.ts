/** A container's log takes 30 MB of disk at most. Said whole: what is left out here differs from what the engine reports. */
export const LOG_ROTATION = {
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "3" },
} as const;
