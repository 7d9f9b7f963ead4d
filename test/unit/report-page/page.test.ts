import { expect } from "chai";
import { writePage } from "../../../components/report-page/page.ts";
import { readReport } from "../../../components/report-page/report.ts";
import { recorded } from "../support/manifests.ts";

describe("the page about a stack", () => {
  it("says of everything that is not recorded that it is not", () => {
    const page = writePage(readReport("dev", { endpoint: "http://127.0.0.1:8080", images: {}, services: {} }, {}));
    for (const sentence of [
      "The stack does not record what its images are made of.",
      "No up has recorded the sizes of layers.",
      "No service's container runs on an engine that answers",
      "No up has recorded when its builds and containers began and ended.",
      "No release is recorded.",
    ])
      expect(page).to.include(sentence);
  });

  it("has the image graph of a stack that has recorded no costs", () => {
    const page = writePage(readReport("dev", { manifest: recorded() }, {}));
    expect(page).to.include("<title>tts-deps</title>").and.include("<td>base, tools</td>");
  });
});
