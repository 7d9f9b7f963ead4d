import { config } from "chai";

// The output of a deployment is long, and CI keeps nothing but the log. A shortened "expected 'code: -2 …'" hides the
// cause.
config.truncateThreshold = 0;
