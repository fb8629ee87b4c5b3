// Scrolls a dataset's grid and an empty page in one Chromium and prints, as JSON, how long their frames took.
// node grid.mjs SIGN-IN-LINK DATASET-ID
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

const { chromium } = createRequire(new URL("../console/package.json", import.meta.url))("playwright-core");
const [signIn, datasetId] = process.argv.slice(2);
const viewport = { width: 1280, height: 800 };
const seconds = 8;
const stepMs = 16;
/** Pixels a second: so fast that only empty frames are drawn, and so that every picture comes into sight. */
const speeds = { spun: 5_000, read: 1_500 };

const browser = await chromium.launch({
  executablePath: ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => existsSync(path)),
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  ignoreDefaultArgs: ["--hide-scrollbars"],
});
try {
  const context = await browser.newContext({ viewport, locale: "en-US" });
  const grid = await openGrid(context);
  const { width, height, full } = await grid.evaluate(() => {
    const { clientWidth, clientHeight, scrollHeight } = document.querySelector(".ds-grid");
    return { width: clientWidth, height: clientHeight, full: scrollHeight };
  });
  const empty = await openEmpty(context, width, height, full);
  const ways = { wheel: wheel(speeds.spun), "wheel, slower": wheel(speeds.read), scrollbar };
  const result = { empty: {}, grid: {} };
  for (const [how, scroll] of Object.entries(ways))
    for (const [name, page] of Object.entries({ empty, grid })) {
      await page.bringToFront();
      result[name][how] = await measured(page, scroll);
    }
  await picturesLoad(grid);
  console.log(JSON.stringify(result));
} finally {
  await browser.close();
}

async function openGrid(context) {
  const page = await context.newPage();
  await page.goto(signIn);
  await page.getByRole("navigation").first().waitFor();
  await page.goto(new URL(`/datasets/${datasetId}`, signIn).href);
  await page.locator(".ds-cell img[src]").first().waitFor();
  await mark(page, ".ds-grid");
  return page;
}

async function openEmpty(context, width, height, full) {
  const page = await context.newPage();
  await page.setContent(
    `<div id="box" style="width:${width}px;height:${height}px;overflow:auto"><div style="height:${full}px"></div></div>`,
  );
  await mark(page, "#box");
  return page;
}

/** `window.box` is what scrolls. */
function mark(page, selector) {
  return page.evaluate((found) => {
    window.box = document.querySelector(found);
  }, selector);
}

/** Frames of `scroll`, from one requestAnimationFrame to the next, without the first half second. */
async function measured(page, scroll) {
  await page.evaluate(() => {
    window.box.scrollTop = 0;
    window.times = [];
    window.scrolling = true;
    const frame = (now) => {
      window.times.push(now);
      if (window.scrolling) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await scroll(page);
  const { times, reached } = await page.evaluate(() => {
    window.scrolling = false;
    return { times: window.times, reached: window.box.scrollTop };
  });
  if (reached < viewport.height) throw new Error(`nothing scrolled: at ${reached} px`);
  const from = times.findIndex((time) => time > times[0] + 500);
  const took = times.slice(from).map((time, index) => time - times[from + index - 1]);
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.floor(sorted.length * share)];
  const total = took.reduce((sum, each) => sum + each, 0);
  const slow = took.filter((each) => each > 20).length / took.length;
  return { fps: (took.length * 1000) / total, p50: at(0.5), p95: at(0.95), slow };
}

/** Down and down without a rest, at so many pixels a second: 5,000 are some thirty rows, as fast as a wheel is spun. */
function wheel(speed) {
  return async (page) => {
    const { x, y, width, height } = await bounds(page);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Input.synthesizeScrollGesture", {
      x: x + width / 2,
      y: y + height / 2,
      yDistance: -speed * seconds,
      speed,
      gestureSourceType: "mouse",
      preventFling: true,
    });
  };
}

/** The thumb taken by the mouse, all over the list: every other second it is dragged, and in between it leaps. */
async function scrollbar(page) {
  const { x, y, width, height } = await bounds(page);
  const [column, top, way] = [x + width - 8, y + 24, height - 48];
  await page.mouse.move(column, top);
  await page.mouse.down();
  const begun = performance.now();
  for (let now = 0; now < seconds; now = (performance.now() - begun) / 1000) {
    const second = Math.floor(now);
    const place = second % 2 === 0 ? Math.abs(1 - ((now / 4) % 2)) : ((second * 7) % 10) / 10;
    await page.mouse.move(column, top + way * place);
    await sleep(stepMs);
  }
  await page.mouse.up();
}

function bounds(page) {
  return page.evaluate(() => window.box.getBoundingClientRect().toJSON());
}

/** Once scrolling rests, every picture in sight is there. */
async function picturesLoad(page) {
  await page.waitForFunction(() => {
    const images = [...document.querySelectorAll(".ds-cell img")];
    return images.length > 20 && images.every(({ complete, naturalWidth }) => complete && naturalWidth > 0);
  });
}
