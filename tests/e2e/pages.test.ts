// The pages in a real browser, through nginx: sign in, come back, sign out, and what a browser is told besides.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Browser } from "./support/browser.js";
import { ask } from "./support/http.js";
import { openPages, typePassword } from "./support/pages.js";
import { freshName, newPerson, register, type Person } from "./support/people.js";
import { Stack } from "./support/stack.js";

describe("pages", () => {
  let stack: Stack;
  let browser: Browser;
  let site: string;
  let person: Person;

  before(async () => {
    ({ stack, browser, site } = await openPages({ settings: { "pages.name": '"Acme"' } }));
    person = await register(stack.gatehouse.port);
  });
  after(async () => {
    await browser?.stop();
    await stack?.stop();
  });

  test("a page of the application asks for the sign-in and is there after it", async () => {
    const page = await browser.page("/reports/7?year=2026&x=%C3%BC");
    await page.waitForURL(`${site}/sign-in`);
    await typePassword(page, person.username);
    await page.waitForURL(`${site}/reports/7?year=2026&x=%C3%BC`);
    assert.equal(await page.evaluate(() => document.cookie), "", "no script can read a token");
    await page.close();
  });

  test("no token and nothing about a person is kept where a script could read it", async () => {
    const page = await browser.page("/account");
    await page.getByText(`${person.username}@example.org`).first().waitFor();
    const kept = await page.evaluate(async () => ({
      storage: JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
      cookies: document.cookie,
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
    }));
    for (const secret of ["eyJ", "ghr_", person.username, "@example.org"]) assert.ok(!kept.storage.includes(secret), kept.storage);
    assert.deepEqual([kept.cookies, kept.databases, kept.caches], ["", 0, 0]);
    await page.close();
  });

  test("the account is shown, and signing out ends it here and in every tab", async () => {
    const page = await browser.page("/account");
    await page.getByText(`${person.username}@example.org`).first().waitFor();
    assert.match(await page.title(), /Acme/);
    const other = await browser.page("/account");
    await other.getByText(`${person.username}@example.org`).first().waitFor(); // or it would leave by itself meanwhile
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${site}/sign-in`);
    await other.reload();
    await other.waitForURL(`${site}/sign-in`);
    await page.close();
    await other.close();
  });

  test("P04 a password that is pasted is never cut: what is too long is refused in words", async () => {
    const page = await browser.page("/register");
    const username = freshName();
    await page.getByLabel("Username").fill(username);
    await page.getByLabel("E-mail address").fill(`${username}@example.org`);
    const field = page.getByLabel("Password", { exact: true });
    await field.focus();
    await page.keyboard.insertText("Tawny owls at dusk, ".repeat(15));
    assert.equal((await field.inputValue()).length, 300);
    await page.keyboard.press("Enter");
    await page.getByText(/at most 256/).first().waitFor();
    await page.close();
  });

  test("mistakes in a registration are said in the language of the page", async () => {
    const page = await browser.page("/register");
    await page.getByLabel("Language").selectOption("de");
    await page.getByLabel("Benutzername").fill("ada lovelace");
    await page.getByLabel("E-Mail-Adresse").fill("ada@localhost");
    await page.getByLabel("Passwort", { exact: true }).fill("abcabcabcabcabcabc");
    await page.keyboard.press("Enter");
    await page.getByText("Verwenden Sie nur Buchstaben, Ziffern").waitFor();
    await page.getByText("Der Teil nach dem @ ist kein Domainname").waitFor();
    const username = freshName();
    await page.getByLabel("Benutzername").fill(username);
    await page.getByLabel("E-Mail-Adresse").fill(`${username}@example.org`);
    await page.getByLabel("Passwort", { exact: true }).press("Enter");
    await page.getByText("zu leicht zu erraten").waitFor();
    assert.equal(await page.locator(".mistake").count(), 1, "what was corrected is no mistake any more");
    await page.getByLabel("Sprache").selectOption("en");
    await page.getByText("too easy to guess").waitFor();
    await page.close();
  });

  test("a wrong password is answered in words, and said to a screen reader", async () => {
    const page = await browser.page("/sign-in");
    await page.getByLabel("Username or e-mail address").fill(freshName());
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.keyboard.press("Enter");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    assert.match(await alert.innerText(), /do not fit together/);
    await page.close();
  });

  test("G12 a return address of another host leads home", async () => {
    for (const bad of ["//evil.example", "https://evil.example/", "/%5Cevil.example", "https:evil.example", "javascript:alert(1)", "%09//evil.example",
      "https://localhost.evil.example", "https://localhost@evil.example", "%0d%0aLocation:%20https://evil.example"]) {
      const page = await browser.page(`/sign-in?return_to=${bad}`);
      await typePassword(page, person.username);
      await page.waitForURL(`${site}/account`);
      await page.close();
    }
  });

  test("G12 what was put into the tab's storage is checked again", async () => {
    const page = await browser.page("/sign-in");
    await page.evaluate(() => sessionStorage.setItem("gatehouse.return_to", "//evil.example/"));
    await typePassword(page, person.username);
    await page.waitForURL(`${site}/account`);
    await page.close();
  });

  test("the sign-in leads to no other sign-in", async () => {
    await browser.context.clearCookies();
    const page = await browser.page("/sign-in?return_to=/sign-in");
    await typePassword(page, person.username);
    await page.waitForURL(`${site}/account`);
    await page.close();
  });

  test("who types the bare address of Gatehouse is led to the account, and told where there is nothing", async () => {
    const own = `http://localhost:${stack.gatehouse.port}`;
    const direct = await Browser.start(own);
    try {
      const page = await direct.page("/");
      await page.waitForURL(`${own}/sign-in`);
      await page.goto(`${own}/register/`);
      await page.waitForURL(`${own}/register`);
      const answer = await page.goto(`${own}/nowhere`);
      assert.equal(answer?.status(), 404);
      await page.getByRole("heading", { name: "Not found" }).waitFor();
      await page.getByRole("link", { name: "To your account" }).click();
      await page.waitForURL(`${own}/sign-in`);
      assert.deepEqual(direct.complaints, []);
    } finally {
      await direct.stop();
    }
    const program = await ask(stack.gatehouse.port, "/");
    assert.deepEqual([program.status, program.json.type], [404, "/problems/not-found"]);
  });

  test("two tabs that wait for a sign-in come back to their own pages", async () => {
    await browser.context.clearCookies();
    const first = await browser.page("/reports/first");
    const second = await browser.page("/reports/second");
    await first.waitForURL(`${site}/sign-in`);
    await second.waitForURL(`${site}/sign-in`);
    await typePassword(first, person.username);
    await first.waitForURL(`${site}/reports/first`);
    await typePassword(second, person.username);
    await second.waitForURL(`${site}/reports/second`);
    await first.close();
    await second.close();
  });

  test("two tabs that refresh at once stay signed in", async () => {
    const tabs = await Promise.all([browser.page("/account"), browser.page("/account")]);
    for (const tab of tabs) await tab.getByText(person.email).first().waitFor();
    for (let round = 0; round < 3; round++) {
      await browser.context.clearCookies({ name: "__Host-gatehouse_access" });
      await Promise.all(tabs.map((tab) => tab.reload()));
      for (const tab of tabs) await tab.getByText(person.email).first().waitFor();
    }
    for (const tab of tabs) await tab.close();
  });

  test("a session that was ended elsewhere leads to the sign-in and back", async () => {
    const page = await browser.page("/account");
    await page.getByText(person.email).first().waitFor();
    await stack.gatehouse.command("account", "end-sessions", person.username);
    await page.reload();
    await page.waitForURL(`${site}/sign-in`);
    await typePassword(page, person.username);
    await page.waitForURL(`${site}/account`);
    await page.close();
  });

  test("the document and the assets carry what keeps them safe and quick", async () => {
    const document = await ask(stack.nginx.port, "/sign-in");
    assert.match(document.headers["content-security-policy"] as string, /^default-src 'none'; script-src 'self'; style-src 'self'/);
    assert.equal(document.headers["cache-control"], "no-store");
    assert.equal(document.headers["cross-origin-opener-policy"], "same-origin");
    assert.match(document.body, /<title>Acme<\/title>/);
    const told = JSON.parse(/name="gatehouse" content="([^"]*)"/.exec(document.body)![1]!.replaceAll("&quot;", '"')) as Record<string, unknown>;
    assert.deepEqual([told["name"], told["registration"], told["password_min"], told["password_max"]], ["Acme", true, 12, 256]);
    assert.ok((told["offers"] as string[]).includes("GET /v1/admin/accounts"));
    const names = [...document.body.matchAll(/\/_gatehouse\/[\w.-]+/g)].map((match) => match[0]);
    assert.ok(names.length >= 2);
    for (const name of names) {
      const asset = await ask(stack.nginx.port, name, { headers: { "accept-encoding": "gzip, br" } });
      assert.equal(asset.status, 200, name);
      assert.equal(asset.headers["cache-control"], "public, max-age=31536000, immutable");
      if (!name.endsWith(".svg")) assert.match(asset.headers["content-type"]!, /^text\/(javascript|css); charset=utf-8$/);
      assert.match(name, /-[\w-]{8}\.(js|css|svg)$/);
      const again = await ask(stack.nginx.port, name, { headers: { "accept-encoding": "gzip, br", "if-none-match": asset.headers.etag } });
      assert.equal(again.status, 304);
    }
  });

  test("the first load of the sign-in page has less than 100 KB", async () => {
    const fresh = await Browser.start(site); // that has nothing kept
    try {
      const page = await fresh.page("/sign-in");
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      const bytes = await page.evaluate(() => performance.getEntries().reduce((sum, entry) => sum + ((entry as PerformanceResourceTiming).transferSize ?? 0), 0));
      assert.ok(bytes > 10_000 && bytes < 100 * 1024, `${bytes} bytes`);
    } finally {
      await fresh.stop();
    }
  });

  test("what the tabs have loaded and said: nothing from elsewhere, nothing against the policy", () => {
    assert.deepEqual(browser.strangers, []);
    assert.deepEqual(browser.complaints, []);
  });
});

test("a process whose pages are switched off has none", async () => {
  const stack = await Stack.start({ settings: { "pages.enabled": "false" } });
  try {
    assert.equal((await ask(stack.gatehouse.port, "/sign-in")).status, 404);
    await newPerson(stack.gatehouse.port);
  } finally {
    await stack.stop();
  }
});
