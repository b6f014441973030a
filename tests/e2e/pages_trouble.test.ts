// What the pages do when something goes wrong: a request without an answer, a file that does not come, a key pressed by
// mistake.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import type { Browser } from "./support/browser.js";
import { App, newAdministrator } from "./support/factors.js";
import { settle } from "./support/look.js";
import { openPages, signInAnew, signInWithApp, typePassword } from "./support/pages.js";
import { ask, bearer } from "./support/http.js";
import { freshName, newPerson, password } from "./support/people.js";
import type { Stack } from "./support/stack.js";

describe("pages in trouble", () => {
  let stack: Stack;
  let browser: Browser;
  let site: string;
  let page: Page;
  let administrator: Awaited<ReturnType<typeof newAdministrator>>;

  before(async () => {
    ({ stack, browser, site } = await openPages());
    administrator = await newAdministrator(stack.gatehouse.port, (name) => stack.gatehouse.command("account", "set-roles", name, "admin", "member"));
    page = await browser.page();
    await signInWithApp(page, site, administrator);
  });
  after(async () => {
    await browser?.stop();
    await stack?.stop();
  });

  async function open(path: string): Promise<void> {
    await page.goto(site + path);
    await settle(page);
  }
  const focused = () => page.evaluate("document.activeElement.textContent");
  const noConnection = () => page.getByRole("alert").getByText("There is no connection to the server.");

  // While nothing of the interface answers.
  async function cutOff(work: () => Promise<void>): Promise<void> {
    await page.route("**/v1/**", (route) => (route.request().method() === "GET" ? route.continue() : route.abort()));
    await work();
    await noConnection().waitFor();
    assert.equal(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0);
    await page.unroute("**/v1/**");
  }

  test("a webhook's secret stays until its button is pressed, and is copied or marked", async () => {
    await open("/admin/delivery");
    await page.getByRole("button", { name: "Add a webhook" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Billing");
    await dialog.getByLabel("Address").fill("https://hooks.example.org/billing");
    await dialog.getByRole("button", { name: "Add a webhook" }).click();
    const secret = await dialog.locator("code").innerText();
    for (let i = 0; i < 3; i++) await page.keyboard.press("Escape");
    assert.ok(await dialog.evaluate((element) => element.matches(":modal")));
    assert.equal(await dialog.locator("code").innerText(), secret);
    await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true }));
    await dialog.getByRole("button", { name: "Copy" }).click();
    await dialog.getByText("copy it by hand").waitFor();
    assert.equal((await page.evaluate("getSelection().toString()")) as string, secret);
    await dialog.getByRole("button", { name: "Close" }).click();
    await dialog.waitFor({ state: "detached" });
    assert.equal(await focused(), "Add a webhook");
  });

  test("recovery codes stay, too, and the focus comes back when they were kept; with the last factor the session ends", async () => {
    const person = await newPerson(stack.gatehouse.port);
    await signInAnew(page, site, person.username);
    await page.waitForURL(`${site}/account`);
    await open("/account/security");
    await page.getByRole("button", { name: "Add an authenticator app" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByAltText("QR code for your authenticator app").waitFor();
    const app = new App((await page.locator("dialog code").innerText()).replaceAll(" ", ""));
    await page.keyboard.type(app.code()); // the field has the focus
    await page.keyboard.press("Enter");
    await page.locator(".codes").waitFor();
    for (let i = 0; i < 3; i++) await page.keyboard.press("Escape");
    assert.equal(await page.locator(".codes code").count(), 10);
    await page.getByRole("button", { name: "I have kept them" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await focused(), "Add an authenticator app");
    await page.getByRole("button", { name: "Remove Phone" }).click();
    await page.getByText("All your sessions end, this one too.").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.waitForURL(`${site}/sign-in`);
    await typePassword(page, person.username);
    await page.waitForURL(`${site}/account/security`);
  });

  test("keeping the account and signing out say that there is no connection", async () => {
    await open("/account/privacy");
    await page.getByRole("button", { name: "Delete the account" }).click();
    await page.getByRole("dialog").getByLabel("Current password").fill(password);
    await page.getByRole("dialog").getByRole("button", { name: "Delete the account" }).click();
    await page.getByRole("button", { name: "Close" }).click();
    await page.waitForFunction(() => document.activeElement?.tagName === "H1");
    await cutOff(() => page.getByRole("button", { name: "Keep the account" }).click());
    await page.getByRole("button", { name: "Keep the account" }).click();
    await page.getByRole("button", { name: "Keep the account" }).waitFor({ state: "detached" });
    await cutOff(() => page.getByRole("button", { name: "Sign out" }).click());
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${site}/sign-in`);
  });

  test("so does each button of a row in the administration", async () => {
    await signInWithApp(page, site, { ...administrator, app: Object.assign(Object.create(administrator.app), { code: () => administrator.app.code(1) }) });
    const headers = bearer(administrator.access);
    const invited = await ask(stack.gatehouse.port, "/v1/admin/invites", { body: { email: `${freshName()}@example.org`, roles: ["member"] }, headers });
    assert.equal(invited.status, 201, invited.body);
    await open("/admin/accounts");
    await cutOff(() => page.getByRole("button", { name: /^Withdraw/ }).click());
    // Neither a blocked address nor a dead letter comes about quickly: the lists are answered here.
    const time = new Date().toISOString();
    await page.route("**/v1/admin/blocks", (route) => route.fulfill({ json: { blocks: [{ address: "192.0.2.7", blocked_at: time, until: time, reason: "failures" }] } }));
    await open("/admin/security");
    await cutOff(() => page.getByRole("button", { name: "Unblock 192.0.2.7" }).click());
    await page.route("**/v1/admin/mail/dead", (route) => route.fulfill({ json: { letters: [{ id: "1", kind: "invite", reason: "refused", attempts: 9, died_at: time }] } }));
    await open("/admin/delivery");
    await cutOff(() => page.getByRole("button", { name: "Try again" }).click());
    await page.unroute("**/v1/admin/blocks");
    await page.unroute("**/v1/admin/mail/dead");
  });

  test("a page whose part does not come says so, and can be tried again", async () => {
    await page.route("**/_gatehouse/admin_area-*.js", (route) => route.abort());
    await page.goto(`${site}/admin`);
    await page.getByText("A part of this page could not be fetched.").waitFor();
    await page.unroute("**/_gatehouse/admin_area-*.js");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
  });

  test("without any file of words there is still a way on", async () => {
    await page.route("**/_gatehouse/en-*.js", (route) => route.abort());
    await page.goto(`${site}/account`);
    await page.locator("#not-loaded.now").getByText("This page could not be loaded.").waitFor();
    await page.unroute("**/_gatehouse/en-*.js");
    await page.getByRole("link", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "Profile" }).waitFor();
  });

  test("without the program itself, too", async () => {
    await page.route("**/_gatehouse/index-*.js", (route) => route.abort());
    await page.goto(`${site}/account`);
    assert.equal(await page.getByText("This page could not be loaded.").isVisible(), false, "not while it may still come");
    await page.getByText("This page could not be loaded.").waitFor();
    await page.unroute("**/_gatehouse/index-*.js");
    await page.getByRole("link", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "Profile" }).waitFor();
    assert.equal(await page.getByText("This page could not be loaded.").count(), 0);
  });

  test("a language that does not come is not the chosen one", async () => {
    await page.route("**/_gatehouse/de-*.js", (route) => route.abort());
    await page.getByLabel("Language").selectOption("de");
    await page.getByText("The language could not be fetched.").waitFor();
    assert.equal(await page.getByLabel("Language").inputValue(), "en");
    await page.reload();
    await page.getByRole("heading", { name: "Profile" }).waitFor();
    await page.unroute("**/_gatehouse/de-*.js");
  });

  test("nothing against the policy", () => assert.deepEqual(browser.complaints, []));
});
