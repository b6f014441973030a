// Where the pages ask for a fresher or stronger proof (RFC 9470): once for all that waits for it, and not where it was
// given already.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import type { Browser } from "./support/browser.js";
import { App, strengthen } from "./support/factors.js";
import { settle } from "./support/look.js";
import { openPages, signInAnew } from "./support/pages.js";
import { newPerson } from "./support/people.js";
import type { Stack } from "./support/stack.js";

describe("the dialog that asks for a proof", () => {
  let stack: Stack;
  let browser: Browser;
  let site: string;
  let page: Page;

  before(async () => {
    ({ stack, browser, site } = await openPages());
    page = await browser.page();
  });
  after(async () => {
    await browser?.stop();
    await stack?.stop();
  });

  const dialog = () => page.getByRole("dialog", { name: "Show that it is you" });
  const administer = (username: string) => stack.gatehouse.command("account", "set-roles", username, "admin");

  // In the browser with the password alone; the second factor comes afterwards, from another device.
  async function weakAdministrator(): Promise<App> {
    const person = await newPerson(stack.gatehouse.port);
    administer(person.username);
    await signInAnew(page, site, person.username);
    await page.waitForURL(`${site}/account`);
    return (await strengthen(stack.gatehouse.port, person.refresh)).app;
  }

  for (const path of ["/admin/accounts", "/admin/security"]) {
    test(`one proof does for everything that ${path} asks for at once`, async () => {
      const app = await weakAdministrator();
      await page.goto(site + path);
      await dialog().getByLabel("Code from your authenticator app").fill(app.code());
      await dialog().getByRole("button", { name: "Confirm" }).click();
      await dialog().waitFor({ state: "detached" });
      await settle(page);
      assert.equal(await page.getByRole("alert").count(), 0);
      assert.equal(await page.locator("main section.card").count(), 2);
    });
  }

  test("whoever gives up is told so by each part, and may try again", async () => {
    const app = await weakAdministrator();
    await page.goto(`${site}/admin/accounts`);
    await dialog().getByRole("button", { name: "Cancel" }).click();
    await page.getByText("This needs a fresh proof that it is you.").nth(1).waitFor();
    await page.getByRole("button", { name: "Try again" }).first().click();
    await dialog().getByLabel("Code from your authenticator app").fill(app.code());
    await dialog().getByRole("button", { name: "Confirm" }).click();
    await page.getByRole("table", { name: "Accounts" }).waitFor();
  });

  test("what asks for more than the proof that was just given is asked for after it", async () => {
    const app = await weakAdministrator();
    await page.goto(`${site}/account`);
    await settle(page);
    // As of routes that ask for different things; the invites are not content with what the accounts were.
    const left = { accounts: ["max_age=300"], invites: ['acr_values="urn:gatehouse:acr:2fa"', 'acr_values="urn:gatehouse:acr:2fa"'] };
    await page.route(/\/v1\/admin\/(accounts|invites)/, async (route) => {
      const asks = left[route.request().url().includes("invites") ? "invites" : "accounts"].shift();
      if (asks === undefined) return await route.continue();
      const headers = { "www-authenticate": `Bearer error="insufficient_user_authentication", ${asks}`, "content-type": "application/problem+json" };
      await route.fulfill({ status: 401, headers, body: "{}" });
    });
    await page.goto(`${site}/admin/accounts`);
    for (const later of [0, 1]) {
      await dialog().getByLabel("Code from your authenticator app").fill(app.code(later));
      const proved = page.waitForResponse("**/v1/reauthenticate");
      await dialog().getByRole("button", { name: "Confirm" }).click();
      assert.equal((await proved).status(), 200);
    }
    await page.getByRole("table", { name: "Accounts" }).waitFor();
    await settle(page);
    assert.equal(await page.getByRole("alert").count(), 0);
    await page.unrouteAll();
  });

  test("whoever goes to add a factor instead leaves no question behind", async () => {
    const person = await newPerson(stack.gatehouse.port);
    administer(person.username);
    await signInAnew(page, site, person.username);
    await page.waitForURL(`${site}/account`);
    await page.goto(`${site}/admin/accounts`);
    await page.getByRole("link", { name: "Add one" }).click();
    await page.getByRole("button", { name: "Add an authenticator app" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
    const code = page.getByLabel("Code from your authenticator app");
    await code.waitFor();
    assert.ok(await code.evaluate((field) => field === document.activeElement), "the code is what comes next");
    const app = new App((await page.locator("dialog code").innerText()).replaceAll(" ", ""));
    await code.fill(app.code());
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByRole("button", { name: "I have kept them" }).click();
    // The factor that was just shown is a proof: the session counts as one of two factors at once.
    await page.getByRole("link", { name: "Administration" }).click();
    await page.getByRole("link", { name: "Accounts" }).click();
    await page.getByRole("table", { name: "Accounts" }).waitFor();
    assert.equal(await dialog().count(), 0);
  });

  test("nothing against the policy", () => assert.deepEqual(browser.complaints, []));
});
