// Second factors in a real browser with its virtual authenticator: added, used beside the password and instead of it, and
// shown again where a request asks for it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { Authenticator, type Browser } from "./support/browser.js";
import { App } from "./support/factors.js";
import { openPages, signInAnew } from "./support/pages.js";
import { register, type Person } from "./support/people.js";
import type { Stack } from "./support/stack.js";

describe("second factors on the pages", () => {
  let stack: Stack;
  let browser: Browser;
  let site: string;
  let person: Person;
  let page: Page;
  let authenticator: Authenticator;
  let app: App;
  let codes: string[] = [];

  before(async () => {
    ({ stack, browser, site } = await openPages());
    person = await register(stack.gatehouse.port);
    page = await browser.page();
    // Here a passkey is asked for by the button: what autofill finds by itself would come first.
    await page.addInitScript(() => (PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false)));
    authenticator = await Authenticator.add(page);
  });
  after(async () => {
    await browser?.stop();
    await stack?.stop();
  });

  test("an authenticator app is added with its QR code and first code, and recovery codes come with it", async () => {
    await signInAnew(page, site, person.username);
    await page.waitForURL(`${site}/account`);
    await page.getByRole("link", { name: "Security" }).click();
    await page.getByRole("button", { name: "Add an authenticator app" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
    const picture = page.getByAltText("QR code for your authenticator app");
    await picture.waitFor();
    assert.ok(await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth > 0), "the picture is one");
    app = new App((await page.locator("dialog code").innerText()).replaceAll(" ", ""));
    await page.getByLabel("Code from your authenticator app").fill("000000");
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Code from your authenticator app").fill(app.code());
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByText("They are shown this once").waitFor();
    codes = await page.locator(".codes code").allInnerTexts();
    assert.equal(codes.length, 10);
    await page.getByRole("button", { name: "I have kept them" }).click();
    await page.getByRole("heading", { name: "Phone" }).waitFor();
  });

  test("the password is then followed by a second step, which takes the app's code", async () => {
    await signInAnew(page, site, person.username);
    await page.getByRole("heading", { name: "One more step" }).waitFor();
    await page.getByLabel("Code from your authenticator app").fill(app.code(1));
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL(`${site}/account`);
  });

  test("or a recovery code, once", async () => {
    for (const good of [true, false]) {
      await signInAnew(page, site, person.username);
      await finishWithRecoveryCode(codes[0]!);
      if (good) await page.waitForURL(`${site}/account`);
      else await page.getByRole("alert").waitFor();
    }
  });

  async function finishWithRecoveryCode(code: string): Promise<void> {
    await page.getByRole("button", { name: "Use a recovery code" }).click();
    await page.getByLabel("Recovery code").fill(code);
    await page.getByRole("button", { name: "Continue" }).click();
  }

  test("a passkey is added, and signs in instead of a password", async () => {
    await signInAnew(page, site, person.username);
    await finishWithRecoveryCode(codes[1]!);
    await page.waitForURL(`${site}/account`);
    await page.getByRole("link", { name: "Security" }).click();
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "This device" }).waitFor();
    await browser.context.clearCookies();
    await page.goto(`${site}/sign-in`);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.waitForURL(`${site}/account`);
  });

  test("it is the second step, too", async () => {
    await signInAnew(page, site, person.username);
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await page.waitForURL(`${site}/account`);
  });

  test("a request that asks for a fresh proof is sent again after it", async () => {
    await signInAnew(page, site, person.username);
    await finishWithRecoveryCode(codes[2]!);
    await page.waitForURL(`${site}/account`);
    await page.route("**/v1/factors/recovery-codes", (route) => {
      const headers = { "WWW-Authenticate": 'Bearer error="insufficient_user_authentication", max_age="300"' };
      return route.fulfill({ status: 401, headers, contentType: "application/problem+json", body: '{"type":"/problems/insufficient-user-authentication"}' });
    }, { times: 1 });
    const tab = await browser.page();
    await tab.goto(`${site}/account`);
    await tab.getByRole("link", { name: "Security" }).waitFor();
    await page.getByRole("link", { name: "Security" }).click();
    await page.getByRole("button", { name: "Make new codes" }).click();
    await page.getByRole("heading", { name: "Show that it is you" }).waitFor();
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await page.getByText("They are shown this once").waitFor();
    assert.equal((await page.locator(".codes code").allInnerTexts()).length, 10);
    // The other tab goes on with what the reauthentication has put into the cookies that both share (V7.2.4).
    await tab.getByRole("link", { name: "Security" }).click();
    await tab.getByRole("button", { name: "Make new codes" }).waitFor();
    await tab.close();
  });

  // The last: what has been used on another device counts on there, and here it would look like a copy that was stolen.
  test("autofill offers it before anything is typed", async () => {
    await browser.context.clearCookies();
    const other = await browser.page();
    await authenticator.copyTo(await Authenticator.add(other));
    await other.goto(`${site}/sign-in`);
    await other.waitForURL(`${site}/account`);
    await other.close();
  });

  test("nothing from elsewhere, nothing against the policy", () => {
    assert.deepEqual(browser.strangers, []);
    assert.deepEqual(browser.complaints, []);
  });
});
