import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { Browser } from "./browser.js";
import { projectRoot } from "./paths.js";

const axe = createRequire(import.meta.url)("axe-core") as { source: string };
const pictures = join(projectRoot, "build/screenshots");

const screens = { wide: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } };

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary: string }[];
}

export async function settle(page: Page): Promise<void> {
  await page.locator("h1").waitFor();
  await page.waitForFunction(() => document.querySelector(".loading") === null);
}

// What axe finds wrong with a page.
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations)");
  return (found as Violation[]).map((one) => `${one.id}: ${one.help}\n${one.nodes.map((node) => `${node.html}\n${node.failureSummary}`).join("\n")}`);
}

function nameOf(path: string): string {
  return path.replace(/#.*$/, "-link").replace(/\/[0-9a-f-]{36}$/, "/one").replace(/^\//, "").replaceAll("/", "-");
}

// Every page in both themes, wide and on a phone: no violation that axe finds, nothing wider than the screen, and a picture
// of each in build/screenshots/.
export async function look(browser: Browser, site: string, paths: string[], language = "en"): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  for (const theme of ["light", "dark"] as const) {
    for (const [screen, viewport] of Object.entries(screens)) {
      const page = await browser.context.newPage();
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      for (const path of paths) {
        await page.goto("about:blank"); // so that a path that differs in its fragment alone is loaded
        await page.goto(site + path);
        await settle(page);
        assert.deepEqual(await violations(page), [], `${path}, ${theme}, ${screen}`);
        const overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert.equal(overflow, 0, `${path} is wider than the ${screen} screen`);
        const file = `${language === "en" ? "" : `${language}-`}${nameOf(path)}-${theme}-${screen}.png`;
        await page.screenshot({ path: join(pictures, file), fullPage: true, animations: "disabled" });
      }
      await page.close();
    }
  }
}
