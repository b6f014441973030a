// What mails lead to, in a real browser: a confirmed address, a new password, another address.
import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser } from "./support/browser.js";
import { newAdministrator } from "./support/factors.js";
import { ask, bearer } from "./support/http.js";
import { Mailbox } from "./support/mailbox.js";
import { openPages, typePassword } from "./support/pages.js";
import { makeFolder, projectRoot } from "./support/paths.js";
import { freshName, password } from "./support/people.js";
import type { Stack } from "./support/stack.js";
import { until } from "./support/until.js";

const renewed = "seven copper violins at dusk";

describe("pages that mails lead to", () => {
  let stack: Stack;
  let browser: Browser;
  let mailbox: Mailbox;
  let site: string;
  const name = freshName();
  const email = `${name}@example.org`;

  before(async () => {
    ({ stack, browser, site } = await openPages());
    mailbox = new Mailbox(stack.gatehouse);
  });
  after(async () => {
    await browser?.stop();
    await stack?.stop();
  });

  // The link to that page in a letter to this address, whether it has come already or not.
  async function linkTo(path: string, to: string): Promise<URL> {
    const letters = new Mailbox(stack.gatehouse);
    let found: URL | undefined;
    await until(`a letter to ${to} that leads to ${path}`, 30, () => {
      found ??= letters.take().find((letter) => letter.to === to && letter.link.pathname === path)?.link;
      return found !== undefined;
    });
    return found!;
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
    await page.getByLabel("Code from the e-mail").fill((await mailbox.next(email)).code.toLowerCase().replace("-", " "));
    await page.getByRole("button", { name: "Confirm", exact: true }).click();
    await page.getByText("Your e-mail address is confirmed").waitFor();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL(`${site}/account`);
    await page.getByText("Confirmed", { exact: true }).waitFor();
    await page.close();
  });

  test("another address counts once the code that it got was typed", async () => {
    const page = await browser.page("/account");
    await page.getByRole("button", { name: "Change the e-mail address" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("E-mail address").fill(`code.${email}`);
    await dialog.getByLabel("Current password").fill(password);
    await page.getByRole("button", { name: "Continue" }).click();
    await dialog.getByLabel("Code").fill("AAAA-AAAA");
    await dialog.getByRole("button", { name: "Confirm" }).click();
    await dialog.getByRole("alert").waitFor();
    await dialog.getByLabel("Code").fill((await mailbox.next(`code.${email}`)).code);
    await dialog.getByRole("button", { name: "Confirm" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText(`code.${email}`).waitFor();
    await page.close();
  });

  test("another address counts once its own link was opened, and the link leaves no trace in the history", async () => {
    const page = await browser.page("/account");
    await page.getByRole("button", { name: "Change the e-mail address" }).click();
    await page.getByRole("dialog").getByLabel("E-mail address").fill(`new.${email}`);
    await page.getByRole("dialog").getByLabel("Current password").fill(password);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText(`A link and a code are on their way to new.${email}`).waitFor();
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
    await typePassword(page, name, renewed);
    await page.waitForURL(`${site}/account`);
    await page.goto(link.href);
    await page.getByText("This link or code is not valid").waitFor();
    await page.getByRole("button", { name: "Ask for a new link" }).click();
    await page.getByLabel("E-mail address").waitFor();
    await page.close();
  });

  test("whose address somebody else changed puts it back with the letter to the old one, and is sent a new password", async () => {
    const page = await browser.page();
    await page.goto((await linkTo("/restore-email", email)).href);
    await page.getByRole("button", { name: "That was not me" }).click();
    await page.getByText("Your old address counts again").waitFor();
    await page.goto((await linkTo("/reset", email)).href);
    await page.getByLabel("New password").fill(password);
    await page.getByRole("button", { name: "Set the password" }).click();
    await page.getByRole("link", { name: "Sign in" }).click();
    await typePassword(page, name);
    await page.waitForURL(`${site}/account`);
    await page.getByText(email, { exact: true }).waitFor();
    await page.close();
  });

  test("who was invited chooses a name and a password and is in; the invitation is used up", async () => {
    const setRoles = (who: string) => stack.gatehouse.command("account", "set-roles", who, "admin");
    const headers = bearer((await newAdministrator(stack.gatehouse.port, setRoles)).access);
    const guest = `${freshName()}@example.org`;
    const invite = await ask(stack.gatehouse.port, "/v1/admin/invites", { body: { email: guest, roles: ["member"] }, headers });
    assert.equal(invite.status, 201, invite.body);
    await browser.context.clearCookies();
    const page = await browser.page();
    const link = await linkTo("/invite", guest);
    await page.goto(link.href);
    await page.getByLabel("Username").fill(freshName());
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Create the account" }).click();
    await page.waitForURL(`${site}/account`);
    await page.getByText(guest, { exact: true }).waitFor();
    await page.getByText("Confirmed", { exact: true }).waitFor();
    await page.goto(link.href);
    await page.getByRole("alert").waitFor();
    await page.getByText("Ask whoever invited you").waitFor();
    assert.equal(await page.getByRole("button", { name: "Try again" }).count(), 0);
    await page.getByRole("link", { name: "Sign in instead" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.close();
  });

  test("a link that is refused is no dead end", async () => {
    await browser.context.clearCookies();
    const page = await browser.page();
    for (const [path, button, help] of [
      ["/verify", "Confirm", "says whether the address is confirmed"],
      ["/change-email", "Use it", "says which address counts"],
      ["/restore-email", "That was not me", "ask whoever runs these pages"],
    ] as const) {
      await page.goto("about:blank");
      await page.goto(`${site}${path}#token=ghm_${"A".repeat(43)}`);
      await page.getByRole("button", { name: button }).click();
      await page.getByRole("alert").getByText("This link is not valid, or not any more.").waitFor();
      await page.getByText(help).waitFor();
      assert.equal(await page.getByRole("button", { name: button }).count(), 0);
      await page.getByRole("link", { name: "To your account" }).click();
      await page.waitForURL(`${site}/sign-in`);
    }
    await typePassword(page, name);
    await page.waitForURL(`${site}/account`);
    await page.close();
  });

  test("a wrong code and a letter that is on its way again are not said at once", async () => {
    const page = await browser.page("/verify");
    const good = page.getByText("It is on its way again");
    const bad = page.getByRole("alert");
    await page.getByLabel("Code from the e-mail").fill("0000 0000");
    await page.getByRole("button", { name: "Confirm", exact: true }).click();
    await bad.waitFor();
    await page.getByRole("button", { name: "Send it again" }).click();
    await good.waitFor();
    assert.equal(await bad.count(), 0);
    await page.getByRole("button", { name: "Confirm", exact: true }).click();
    await bad.waitFor();
    assert.equal(await good.count(), 0);
    await page.close();
  });

  test("letters come in the language of the page of the registration, until another is chosen", async () => {
    const member = freshName();
    const page = await browser.page("/register");
    await page.getByLabel("Language").selectOption("de");
    await page.getByLabel("Benutzername").fill(member);
    await page.getByLabel("E-Mail-Adresse").fill(`${member}@example.org`);
    await page.getByLabel("Passwort", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Konto anlegen" }).click();
    const letters = new Mailbox(stack.gatehouse);
    assert.match((await letters.next(`${member}@example.org`)).source, /<html lang=(3D)?"de">/);
    await page.getByRole("button", { name: "Noch einmal senden" }).waitFor();
    await page.getByLabel("Sprache").selectOption("en"); // of the pages alone
    await page.getByRole("button", { name: "Send it again" }).click();
    assert.match((await letters.next(`${member}@example.org`)).source, /<html lang=(3D)?"de">/);
    await page.goto(`${site}/account`);
    await page.getByLabel("Mails to you").selectOption("en");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    await page.goto(`${site}/verify`);
    await page.getByRole("button", { name: "Send it again" }).click();
    assert.match((await letters.next(`${member}@example.org`)).source, /<html lang=(3D)?"en">/);
    await page.goto(`${site}/account`);
    await page.getByLabel("Mails to you").selectOption("The usual language");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    assert.equal((await page.evaluate(async () => (await (await fetch("/v1/me")).json()) as { language: string })).language, "");
    await page.close();
  });

  test("where letters are in a language that pages are not in, they stay so unless somebody chooses", async () => {
    const templates = makeFolder();
    cpSync(join(projectRoot, "templates/mail/en"), join(templates, "fr"), { recursive: true });
    const other = await openPages({ settings: { "mail.templates": JSON.stringify(templates), "mail.locale": '"fr"' } });
    try {
      const member = freshName();
      const page = await other.browser.page("/register");
      await page.getByLabel("Username").fill(member);
      await page.getByLabel("E-mail address").fill(`${member}@example.org`);
      await page.getByLabel("Password", { exact: true }).fill(password);
      await page.getByRole("button", { name: "Create the account" }).click();
      const letter = await new Mailbox(other.stack.gatehouse).next(`${member}@example.org`);
      assert.match(letter.source, /<html lang=(3D)?"fr">/);
      await page.getByLabel("Code from the e-mail").waitFor();
      await page.goto(`${other.site}/account`);
      await page.getByLabel("Mails to you").waitFor();
      const offered = await page.getByLabel("Mails to you").getByRole("option").allTextContents();
      assert.deepEqual(offered, ["The usual language", "fr", "Deutsch", "English"]);
    } finally {
      await other.browser.stop();
      await other.stack.stop();
      rmSync(templates, { recursive: true });
    }
  });

  test("nothing from elsewhere, nothing against the policy", () => {
    assert.deepEqual(browser.strangers, []);
    assert.deepEqual(browser.complaints, []);
  });
});
