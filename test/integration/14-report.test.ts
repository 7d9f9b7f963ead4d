import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { BrowserPage } from "./support/browser.ts";
import { sharedStack } from "./support/shared-stack.ts";
import type { TestStack } from "./support/test-stack.ts";

const WIDTH = 1200;

describe("the page of morgan report", () => {
  let stack: TestStack;
  let page: BrowserPage;
  let url: string;

  before(async () => {
    stack = await sharedStack();
    const { code, output } = await stack.commandLine("report", "report.html");
    expect(code, output).to.equal(0);
    url = pathToFileURL(join(stack.folder, "report.html")).href;
    page = await BrowserPage.start();
    await page.open(url, WIDTH, 900);
  });

  after(() => page.close());

  /** Returns the texts of all elements that a selector finds. */
  const texts = async (selector: string): Promise<string[]> =>
    (await page.evaluate(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].map(({ textContent }) => textContent)`,
    )) as string[];

  it("requests nothing but itself, and its policy stops nothing of it", () => {
    expect(page.requests).to.deep.equal([url]);
    expect(page.messages).to.deep.equal([]);
  });

  it("has each image, layer, package, build, container and release in its pictures and in words", async () => {
    const { releases, release } = await stack.outputs();
    const services = ["core", "llm", "stt", "tts", "vad"];
    const images = await texts(".node > text:first-of-type");
    expect(images).to.include.members([
      "debian",
      "base",
      "postgres",
      ...services,
      ...services.map((name) => `${name}-deps`),
    ]);
    const titles = await texts("title");
    expect(titles.some((title) => /^base: layer 1, [\d.]+ MB$/.test(title))).to.equal(true);
    expect(titles.some((title) => /^stt, vad: numpy \(Python\), \d+ MB$/.test(title))).to.equal(true);
    expect(titles.some((title) => title.startsWith("every service: uvloop (Python), "))).to.equal(true);
    for (const name of services) {
      expect(
        titles.filter((title) => title.startsWith(`build ${name}: `)),
        name,
      ).to.have.lengthOf(1);
      expect(
        titles.filter((title) => title.startsWith(`container ${name}: `)),
        name,
      ).to.have.lengthOf(1);
    }
    const cells = await texts("td");
    expect(cells).to.include.members([release, ...images]);
    expect(cells.filter((cell) => releases.some(({ id }) => id === cell))).to.have.lengthOf(releases.length);
  });

  it("has no text outside of its box or on another text", async () => {
    const found = (await page.evaluate(`(${overlaps.toString()})()`)) as {
      readonly checked: number;
      readonly wrong: string[];
    };
    expect(found.wrong).to.deep.equal([]);
    expect(found.checked).to.be.greaterThan(50);
  });

  it("is no wider than the window, on a small screen either", async () => {
    for (const width of [WIDTH, 360]) {
      await page.open(url, width, 900);
      expect(await page.evaluate("document.documentElement.scrollWidth"), String(width)).to.be.at.most(width);
    }
  });

  it("looks as the picture in the docs, which UPDATE_GOLDEN=1 renews", async () => {
    await page.open(url, WIDTH, 900);
    const picture = await page.screenshot();
    const [width, height] = [picture.readUInt32BE(16), picture.readUInt32BE(20)];
    expect(width).to.equal(WIDTH);
    expect(height).to.be.greaterThan(1500);
    expect(await page.evaluate("document.documentElement.scrollHeight")).to.equal(height);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync("docs/report.png", picture);
  });
});

/** Runs in the page. Returns the texts of boxes that are not within their box, and texts of a picture that overlap. */
function overlaps(): { checked: number; wrong: string[] } {
  const wrong: string[] = [];
  let checked = 0;
  const doc = (globalThis as unknown as { document: { querySelectorAll(selector: string): Iterable<Box> } }).document;
  interface Rect {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  }
  interface Box {
    readonly textContent: string;
    getBoundingClientRect(): Rect;
    querySelector(selector: string): Box;
    querySelectorAll(selector: string): Iterable<Box>;
  }
  for (const box of doc.querySelectorAll(".node, .group, .part")) {
    const around = box.querySelector("rect").getBoundingClientRect();
    for (const text of box.querySelectorAll("text")) {
      const inner = text.getBoundingClientRect();
      checked += 1;
      if (
        inner.left < around.left ||
        inner.right > around.right + 0.5 ||
        inner.top < around.top - 1 ||
        inner.bottom > around.bottom + 1
      )
        wrong.push(`${text.textContent} is outside of its box`);
    }
  }
  for (const picture of doc.querySelectorAll("svg")) {
    const all = [...picture.querySelectorAll("text")].map((text) => ({ text, at: text.getBoundingClientRect() }));
    all.forEach(({ text, at }, index) => {
      for (const other of all.slice(index + 1)) {
        const isApart =
          at.right <= other.at.left ||
          other.at.right <= at.left ||
          at.bottom - 3 <= other.at.top ||
          other.at.bottom - 3 <= at.top;
        if (!isApart) wrong.push(`${text.textContent} is on ${other.text.textContent}`);
      }
    });
  }
  return { checked, wrong };
}
