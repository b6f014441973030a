// What an administrator changes about the installation itself, in a real browser.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import type { Browser } from "./support/browser.js";
import { newAdministrator } from "./support/factors.js";
import { settle } from "./support/look.js";
import { Mailbox } from "./support/mailbox.js";
import { openPages, signInWithApp } from "./support/pages.js";
import { gateSays, newPerson, type Person, type SignedIn } from "./support/people.js";
import type { Stack } from "./support/stack.js";

const rules = `
[[gate.rule]]
path = "/desk/**"
permissions = ["desk:open"]
`;
const desk = "http://app.example/desk/1";

describe("the administration of the installation", () => {
  let stack: Stack;
  let browser: Browser;
  let site: string;
  let page: Page;
  let administrator: Awaited<ReturnType<typeof newAdministrator>>;
  let member: Person & SignedIn;
  let mailbox: Mailbox;

  before(async () => {
    ({ stack, browser, site } = await openPages({ tables: rules }));
    mailbox = new Mailbox(stack.gatehouse);
    administrator = await newAdministrator(stack.gatehouse.port, (name) => stack.gatehouse.command("account", "set-roles", name, "admin", "member"));
    member = await newPerson(stack.gatehouse.port);
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
  const box = (name: string) => page.getByRole("checkbox", { name, exact: true });
  const save = () => page.getByRole("button", { name: "Save the matrix" }).click();
  const saved = () => page.getByText("The roles are saved").waitFor();

  test("a mark in the matrix counts at the gate as soon as it is saved", async () => {
    assert.equal(await gateSays(stack.gatehouse.port, member.access, desk), 403);
    await open("/admin/roles");
    assert.equal(await page.getByRole("rowheader", { name: "desk:open" }).count(), 1, "what a rule asks for has a row");
    await box("member may desk:open").check();
    await save();
    await saved();
    assert.equal(await gateSays(stack.gatehouse.port, member.access, desk), 200);
    assert.ok(await box("member may desk:open").isChecked());
    await box("member may desk:open").uncheck();
    await save();
    await saved();
    assert.equal(await gateSays(stack.gatehouse.port, member.access, desk), 403);
  });

  test("what a wider permission grants is shown as granted and taken away there", async () => {
    const implied = box("admin may desk:open, by a wider permission");
    assert.ok((await implied.isChecked()) && (await implied.isDisabled()));
  });

  test("with the keyboard alone: a role and a permission are added, marked and saved", async () => {
    await open("/admin/roles");
    await page.getByLabel("Permission", { exact: true }).focus();
    await page.keyboard.type("report:read");
    await page.keyboard.press("Enter");
    await page.getByLabel("Name of the role").focus();
    await page.keyboard.type("clerk");
    await page.keyboard.press("Enter");
    await box("clerk may report:read").focus();
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Save the matrix" }).focus();
    await page.keyboard.press("Enter");
    await saved();
    assert.match(stack.gatehouse.command("roles", "list").output, /^clerk {2}added {2}report:read$/m);
  });

  test("a role is removed", async () => {
    await page.getByRole("button", { name: "Remove the role clerk" }).click();
    await save();
    await saved();
    assert.doesNotMatch(stack.gatehouse.command("roles", "list").output, /clerk/);
  });

  test("nobody locks everybody out, and is told why", async () => {
    await box("admin may *:*").uncheck();
    await save();
    await page.getByRole("alert").getByText("must leave").waitFor();
    await page.getByRole("button", { name: "Discard" }).click();
    await page.getByRole("button", { name: "Save the matrix" }).waitFor({ state: "detached" });
    assert.ok(await box("admin may *:*").isChecked());
  });

  test("who is late is told that somebody else has changed the roles", async () => {
    await open("/admin/roles");
    assert.equal(stack.gatehouse.command("roles", "set", "guest", "x:y").status, 0);
    await box("member may desk:open").check();
    await save();
    await page.getByText("Somebody else has changed this meanwhile").waitFor();
    await page.getByRole("button", { name: "Discard" }).click();
    await box("guest may x:y").waitFor();
    assert.ok(!(await box("member may desk:open").isChecked()));
  });

  test("changes that are not saved are not left by mistake", async () => {
    await open("/admin");
    await page.getByRole("link", { name: "Roles" }).click();
    await box("member may desk:open").check();
    const ways = [
      () => page.getByRole("link", { name: "Keys" }).click(),
      () => page.goBack(),
      () => page.close({ runBeforeUnload: true }),
    ];
    for (const leave of ways) {
      const asked = page.waitForEvent("dialog");
      void leave().catch(() => {});
      await (await asked).dismiss();
      assert.ok(await box("member may desk:open").isChecked());
      assert.equal(new URL(page.url()).pathname, "/admin/roles");
    }
    page.once("dialog", (dialog) => void dialog.accept());
    await page.getByRole("link", { name: "Keys" }).click();
    await page.getByRole("button", { name: "Rotate now" }).waitFor();
    await open("/admin/roles"); // nothing is asked any more
    assert.ok(!(await box("member may desk:open").isChecked()));
  });

  test("what was searched for is there again when one comes back, and not in the address", async () => {
    await open("/admin/accounts");
    const search = page.getByLabel("Username or e-mail address");
    for (const text of [member.username.slice(0, 6), member.email]) {
      await search.fill(text);
      await page.getByRole("button", { name: "Search" }).click();
      await page.waitForFunction(() => document.querySelectorAll("table")[0]?.querySelectorAll("tbody tr").length === 1);
      await page.getByRole("link", { name: member.username }).click();
      await page.getByRole("link", { name: "All accounts" }).waitFor();
      await page.goBack();
      await page.getByRole("link", { name: member.username }).waitFor();
      assert.equal(await search.inputValue(), text);
      assert.equal(page.url(), `${site}/admin/accounts`);
      assert.equal(await page.getByRole("link", { name: administrator.username }).count(), 0);
    }
  });

  test("of mails it is only said that none was given up", async () => {
    await open("/admin/delivery");
    await page.getByText("No mail has been given up.").waitFor();
  });

  test("on the narrowest phone, in German too, nothing is wider than the screen", async () => {
    await open("/admin/delivery");
    await page.getByRole("button", { name: "Add a webhook" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Billing");
    await page.getByRole("dialog").getByLabel("Address").fill("https://hooks.example.org/billing");
    await page.getByRole("dialog").getByRole("button", { name: "Add a webhook" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await page.getByLabel("Language").selectOption("de");
    await page.getByRole("heading", { name: "Zustellung" }).waitFor();
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of ["/admin/delivery", "/admin/audit", "/admin/accounts", "/admin/keys"]) {
      await open(path);
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 360, path);
    }
    await page.getByLabel("Sprache").selectOption("en");
    await page.getByRole("heading", { name: "Keys" }).waitFor();
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 360, "in English");
    await page.setViewportSize({ width: 1280, height: 860 });
  });

  test("a key is rotated, and nobody is signed out", async () => {
    await open("/admin/keys");
    const rows = page.getByRole("table", { name: "Keys" }).getByRole("row");
    const before = await rows.count();
    await page.getByRole("button", { name: "Rotate now" }).click();
    await page.getByText("The next key signs from now on.", { exact: true }).waitFor();
    await page.getByText("Still believed", { exact: true }).waitFor();
    assert.equal(await rows.count(), before + 1);
    assert.equal(await gateSays(stack.gatehouse.port, member.access), 200);
    assert.doesNotMatch(await page.content(), /"d":|private/);
  });

  test("the overview has its charts as tables, too, of a day and of a week", async () => {
    await open("/admin");
    const table = page.getByRole("table", { name: "Sign-ins" });
    await page.getByRole("region", { name: "Sign-ins" }).getByText("As a table").click();
    assert.equal(await table.getByRole("row").count(), 1 + 96);
    await page.getByRole("button", { name: "7 days" }).click();
    await page.getByRole("button", { name: "7 days", pressed: true }).waitFor();
    await page.waitForFunction(() => document.querySelector("details[open] tbody")?.childElementCount === 168);
  });

  test("an account is made without a password, and its owner sets one by the letter", async () => {
    await open("/admin/accounts");
    await page.getByRole("button", { name: "Create an account" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Username").fill("newcomer");
    await dialog.getByLabel("E-mail address").fill("newcomer@example.org");
    await dialog.getByRole("button", { name: "Create an account" }).click();
    await page.getByText("The account newcomer is there.").waitFor();
    const { link } = await mailbox.next("newcomer@example.org");
    assert.equal(link.pathname, "/reset");
  });

  test("nothing from elsewhere, nothing against the policy", () => {
    assert.deepEqual(browser.strangers, []);
    assert.deepEqual(browser.complaints, []);
  });
});
