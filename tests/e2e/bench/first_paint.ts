// node first_paint.js URL ROUNDS: opens the page in a browser that has never seen it, ROUNDS times, and prints a JSON array of
// when it painted first, in milliseconds from the start of the navigation, and of the bytes that were loaded.
import { Browser } from "../support/browser.js";

const [url, rounds] = [process.argv[2]!, Number(process.argv[3])];
const { origin, pathname } = new URL(url);
const figures: { paint: number; usable: number; bytes: number }[] = [];
for (let round = 0; round < rounds; round++) {
  const browser = await Browser.start(origin);
  const page = await browser.page();
  await page.goto(origin + pathname);
  await page.locator("form").first().waitFor();
  figures.push(
    (await page.evaluate(`new Promise((done) => {
      const answer = (paint) => done({
        paint: paint.startTime,
        usable: performance.now(),
        bytes: performance.getEntries().reduce((sum, entry) => sum + (entry.transferSize ?? 0), 0),
      });
      new PerformanceObserver((list) => list.getEntriesByName("first-contentful-paint").forEach(answer)).observe({ type: "paint", buffered: true });
    })`)) as { paint: number; usable: number; bytes: number },
  );
  await browser.stop();
}
console.log(JSON.stringify(figures));
