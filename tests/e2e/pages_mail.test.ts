// What mails lead to, in a real browser: a confirmed address, a new password, another address.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { Browser } from "./support/browser.js";
import { Mailbox } from "./support/mailbox.js";
import { freshName, password } from "./support/people.js";
import { Stack } from "./support/stack.js";

const renewed = "seven copper violins at dusk";

describe("pages that mails lead to", () => {
  let stack: Stack;
  let browser: Browser;
  let mailbox: Mailbox;
  let site: string;
  const name = freshName();
  const email = `${name}@example.org`;

  before(async () => {
    stack = await Stack.start({}, "localhost");
    site = `http://localhost:${stack.nginx.port}`;
    browser = await Browser.start(site);
    mailbox = new Mailbox(stack.gatehouse);
  });
  after(async () => {
    await browser?.stop();
    await stack?.stop();
  });

  async function signIn(page: Page, secret: string): Promise<void> {
    await page.getByLabel("Username or e-mail address").fill(name);
    await page.getByLabel("Password", { exact: true }).fill(secret);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  }

  test("who registers is signed in, and confirms the address with the code of the mail", async () => {
    const page = await browser.page("/register");
    await page.getByLabel("Username").fill(name);
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Create the account" }).click();
    await page.getByLabel("Code from the e-mail").fill("0000-0000");
    await page.getByRole("button", { name: "Confirm", exact: true }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Code from the e-mail").fill((await mailbox.next(email)).code.toLowerCase());
    await page.getByRole("button", { name: "Confirm", exact: true }).click();
    await page.getByText("Your e-mail address is confirmed").waitFor();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL(`${site}/account`);
    await page.getByText("Confirmed", { exact: true }).waitFor();
    await page.close();
  });

  test("another address counts once its own link was opened, and the link leaves no trace in the history", async () => {
    const page = await browser.page("/account");
    await page.getByRole("button", { name: "Change the e-mail address" }).click();
    await page.getByRole("dialog").getByLabel("E-mail address").fill(`new.${email}`);
    await page.getByRole("dialog").getByLabel("Current password").fill(password);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText(`A link is on its way to new.${email}`).waitFor();
    const { link } = await mailbox.next(`new.${email}`);
    assert.equal(link.origin, site);
    await page.goto(link.href);
    await page.getByRole("button", { name: "Use it" }).waitFor();
    assert.equal(await page.evaluate(() => location.href), `${site}/change-email`);
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByText("It is the address of your account now").waitFor();
    await page.getByRole("link", { name: "Continue" }).click();
    await page.getByText(`new.${email}`).waitFor();
    await page.close();
  });

  test("a forgotten password is set anew by the mailed link, once", async () => {
    await browser.context.clearCookies();
    const page = await browser.page("/sign-in");
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByLabel("E-mail address").fill(`new.${email}`);
    await page.getByRole("button", { name: "Send the e-mail" }).click();
    await page.getByText("If there is an account with this address").waitFor();
    let { link } = await mailbox.next(`new.${email}`);
    while (link.pathname !== "/reset") ({ link } = await mailbox.next(`new.${email}`));
    await page.goto(link.href);
    await page.getByLabel("New password").fill(renewed);
    await page.getByRole("button", { name: "Set the password" }).click();
    await page.getByRole("link", { name: "Sign in" }).click();
    await signIn(page, renewed);
    await page.waitForURL(`${site}/account`);
    await page.goto(link.href);
    await page.getByText("This link or code is not valid").waitFor();
    await page.close();
  });

  test("nothing from elsewhere, nothing against the policy", () => {
    assert.deepEqual(browser.strangers, []);
    assert.deepEqual(browser.complaints, []);
  });
});
