// What a member does with their own data on the pages: takes it along, asks for the end of the account, thinks better of
// it; and an administrator who erases one.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import type { Browser } from "./support/browser.js";
import { newAdministrator } from "./support/factors.js";
import { ask, bearer } from "./support/http.js";
import { Mailbox } from "./support/mailbox.js";
import { openPages, signInAnew, signInWithApp } from "./support/pages.js";
import { login, newPerson, password, type Person, type SignedIn } from "./support/people.js";
import type { Stack } from "./support/stack.js";

describe("privacy on the pages", () => {
  let stack: Stack;
  let browser: Browser;
  let site: string;
  let page: Page;
  let member: Person & SignedIn;

  before(async () => {
    ({ stack, browser, site } = await openPages());
    member = await newPerson(stack.gatehouse.port);
    page = await browser.page();
    await signInAnew(page, site, member.username);
    await page.waitForURL(`${site}/account`);
  });
  after(async () => {
    await browser?.stop();
    await stack?.stop();
  });

  async function askForDeletion(secret: string): Promise<void> {
    await page.getByRole("dialog").getByLabel("Current password").fill(secret);
    await page.getByRole("dialog").getByRole("button", { name: "Delete the account" }).click();
  }
  const deletionAt = async () => (await ask(stack.gatehouse.port, "/v1/me", { headers: bearer(member.access) })).json.deletion_at;

  test("a member downloads all that is held, as a file", async () => {
    await page.goto(`${site}/account/privacy`);
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download", exact: true }).click();
    const download = await coming;
    assert.match(download.suggestedFilename(), /\.json$/);
    const data = JSON.parse(readFileSync(await download.path(), "utf8"));
    assert.equal(data.format, "gatehouse-member-data/1");
    assert.equal(data.account.email, member.email);
    assert.equal(data.sessions.length, 2, "the test's own and the browser's");
  });

  test("a deletion is asked for with the password, told by mail, and taken back from any of the pages", async () => {
    const mailbox = new Mailbox(stack.gatehouse);
    const proof = await mailbox.next(member.email);
    assert.equal((await ask(stack.gatehouse.port, "/v1/email/verify", { body: { token: proof.token } })).status, 204);
    await page.goto(`${site}/account/privacy`);
    await page.getByRole("button", { name: "Delete the account" }).click();
    await askForDeletion("not the password at all");
    await page.getByRole("dialog").getByRole("alert").or(page.getByRole("dialog").locator("[aria-invalid=true]")).first().waitFor();
    assert.equal(await deletionAt(), null);
    await askForDeletion(password);
    await page.getByText("Until then you can keep it after all").waitFor();
    assert.notEqual(await deletionAt(), null);
    assert.match((await mailbox.next(member.email)).text, /delet/i);
    await page.getByRole("button", { name: "Close" }).last().click();
    await page.goto(`${site}/account/sessions`);
    await page.getByText("This account will be deleted on").waitFor();
    await page.getByRole("button", { name: "Keep the account" }).click();
    await page.getByText("This account will be deleted on").waitFor({ state: "detached" });
    assert.equal(await deletionAt(), null);
  });

  test("an administrator erases an account after being asked", async () => {
    const { port } = stack.gatehouse;
    const administrator = await newAdministrator(port, (name) => stack.gatehouse.command("account", "set-roles", name, "admin", "member"));
    await signInWithApp(page, site, administrator);
    await page.goto(`${site}/admin/accounts/${member.id}`);
    await page.getByRole("button", { name: "Erase" }).click();
    await page.getByText("for good and at once").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Erase" }).click();
    await page.waitForURL(`${site}/admin/accounts`);
    assert.equal((await ask(port, "/v1/me", { headers: bearer(member.access) })).status, 401);
    assert.equal((await login(port, member)).status, 401);
    assert.deepEqual([browser.strangers, browser.complaints], [[], []]);
  });
});
