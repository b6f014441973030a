// Where the server asks for proof of work, the pages do it in a worker, under the policy, and send it along: people
// only wait a moment. Nothing here stands between browser and server.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import type { Browser } from "./support/browser.js";
import { ask } from "./support/http.js";
import { openPages } from "./support/pages.js";
import { freshName, password } from "./support/people.js";
import type { Stack } from "./support/stack.js";

describe("proof of work in a browser", () => {
  let stack: Stack;
  let browser: Browser;
  let site: string;
  const username = freshName();

  before(async () => {
    const settings = {
      "defence.account_failures": "1",
      "defence.challenge_registration": '"always"',
      "defence.challenge_work": "20000",
    };
    ({ stack, browser, site } = await openPages({ settings }));
  });
  after(async () => {
    await browser?.stop();
    await stack?.stop();
  });

  const figure = async (name: string, reason: string): Promise<number> => {
    const { body } = await ask(stack.gatehouse.adminPort, "/metrics");
    return Number(new RegExp(`^gatehouse_identity_${name}\\{reason="${reason}"\\} (\\d+)$`, "m").exec(body)![1]);
  };

  async function signIn(page: Page, secret: string): Promise<void> {
    await page.getByLabel("Username or e-mail address").fill(username);
    await page.getByLabel("Password", { exact: true }).fill(secret);
    await page.keyboard.press("Enter");
  }

  test("a newcomer registers", async () => {
    const page = await browser.page("/register");
    await page.getByLabel("Username").fill(username);
    await page.getByLabel("E-mail address").fill(`${username}@example.org`);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Create the account" }).click();
    await page.waitForURL(`${site}/verify`);
    assert.equal(await figure("visitors_passed_by_work_total", "newcomer"), 1);
    await page.close();
  });

  test("a browser that is not known signs in to an account that is being guessed at", async () => {
    await browser.context.clearCookies();
    const page = await browser.page("/sign-in");
    await signIn(page, "not the password");
    await page.getByRole("alert").waitFor();
    await signIn(page, password);
    await page.waitForURL(`${site}/account`);
    assert.equal(await figure("visitors_passed_by_work_total", "account_attacked"), 1);
    await page.close();
  });

  test("U06 the browser that has signed in is not asked again", async () => {
    const before = await figure("visitors_hindered_total", "account_attacked");
    await browser.context.clearCookies({ name: "__Host-gatehouse_access" });
    await browser.context.clearCookies({ name: "__Host-gatehouse_refresh" });
    const page = await browser.page("/sign-in");
    await signIn(page, password);
    await page.waitForURL(`${site}/account`);
    assert.equal(await figure("visitors_hindered_total", "account_attacked"), before);
    await page.close();
  });

  test("a forgotten password is asked for", async () => {
    const page = await browser.page("/reset");
    await page.getByLabel("E-mail address").fill(`${username}@example.org`);
    await page.keyboard.press("Enter");
    await page.getByLabel("Code").waitFor();
    assert.equal(await figure("visitors_passed_by_work_total", "newcomer"), 2);
    await page.close();
  });

  test("no page has asked a stranger or broken its policy", () => {
    assert.deepEqual(browser.strangers, []);
    assert.deepEqual(browser.complaints, []);
  });
});
