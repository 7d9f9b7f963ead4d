import { config } from "chai";

// What a deployment said is long, and a log of CI is all that is left of it: "expected 'code: -2 …'" tells nobody why.
config.truncateThreshold = 0;
