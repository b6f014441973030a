// How the pages look: support/look.ts says what is looked at, pages_admin.test.ts does the same for the administration.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "./support/browser.js";
import { look, settle } from "./support/look.js";
import { openPages, typePassword } from "./support/pages.js";
import { freshName, password, register, type Person } from "./support/people.js";
import type { Stack } from "./support/stack.js";

const entries = ["/sign-in", "/register", "/verify", "/reset", "/reset#token=ghx_not-one", "/invite", "/invite#token=ghi_some", "/change-email#token=some", "/restore-email#token=some"];
const account = ["/account", "/account/security", "/account/sessions", "/account/privacy"];

describe("how the pages look", () => {
  let stack: Stack;
  let browser: Browser;
  let site: string;
  let person: Person;

  before(async () => {
    ({ stack, browser, site } = await openPages());
    person = await register(stack.gatehouse.port, `ada${freshName()}`);
  });
  after(async () => {
    await browser?.stop();
    await stack?.stop();
  });

  async function signIn(name: string): Promise<void> {
    const page = await browser.page("/sign-in");
    await typePassword(page, name);
    await page.waitForURL(`${site}/account`);
    await page.close();
  }

  test("before the sign-in", () => look(browser, site, entries));

  test("in German", async () => {
    const page = await browser.page("/sign-in");
    await page.getByLabel("Language").selectOption("de");
    await page.getByRole("heading", { name: "Anmelden" }).waitFor();
    assert.equal(await page.evaluate("document.documentElement.lang"), "de");
    await page.close();
    await look(browser, site, ["/sign-in", "/register"], "de");
    const back = await browser.page("/sign-in");
    await back.getByLabel("Sprache").selectOption("en");
    await back.getByRole("heading", { name: "Sign in" }).waitFor();
    await back.close();
  });

  test("a chosen theme outlives the system's, and a sign-out", async () => {
    const page = await browser.context.newPage();
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(`${site}/sign-in`);
    const ground = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
    const light = await ground();
    await page.getByLabel("Theme").selectOption("dark");
    assert.notEqual(await ground(), light);
    await page.getByLabel("Username or e-mail address").fill(person.username);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.keyboard.press("Enter");
    await page.waitForURL(`${site}/account`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${site}/sign-in`);
    assert.notEqual(await ground(), light);
    await page.getByLabel("Theme").selectOption("auto");
    assert.equal(await ground(), light);
    await page.close();
  });

  test("the account", async () => {
    await signIn(person.username);
    await look(browser, site, account);
  });

  test("with the keyboard alone: the fields and the button in their order, and a ring around what has the focus", async () => {
    await browser.context.clearCookies();
    const page = await browser.page("/sign-in");
    await settle(page);
    const focused = () => page.evaluate("document.activeElement.labels?.[0]?.textContent ?? document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent");
    assert.equal(await focused(), "Username or e-mail address");
    await page.keyboard.type(person.username);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Password");
    await page.keyboard.type(password);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Show the password");
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Sign in");
    assert.notEqual(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "none");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${site}/account`);
    await page.close();
  });

  test("nothing from elsewhere, nothing against the policy", () => {
    assert.deepEqual(browser.strangers, []);
    assert.deepEqual(browser.complaints, []);
  });
});
