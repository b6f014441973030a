// The administration in a real browser: who gets in, what can be done there, and how it looks.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import type { Browser } from "./support/browser.js";
import { fillActivity } from "./support/activity.js";
import { newAdministrator } from "./support/factors.js";
import { ask, bearer } from "./support/http.js";
import { look, settle, violations } from "./support/look.js";
import { openPages, signInAnew, signInWithApp } from "./support/pages.js";
import { gateSays, login, newPerson, type Person, type SignedIn } from "./support/people.js";
import type { Stack } from "./support/stack.js";
import { until } from "./support/until.js";

describe("the administration", () => {
  let stack: Stack;
  let browser: Browser;
  let site: string;
  let page: Page;
  let administrator: Awaited<ReturnType<typeof newAdministrator>>;
  let member: Person & SignedIn;

  before(async () => {
    ({ stack, browser, site } = await openPages());
    const port = stack.gatehouse.port;
    administrator = await newAdministrator(port, (name) => stack.gatehouse.command("account", "set-roles", name, "admin", "member"));
    member = await newPerson(port);
    page = await browser.page();
  });
  after(async () => {
    await browser?.stop();
    await stack?.stop();
  });

  test("a member is told that it is not for members, and sees no way there", async () => {
    await signInAnew(page, site, member.username);
    await page.getByRole("heading", { name: "Profile" }).waitFor();
    assert.equal(await page.getByRole("link", { name: "Administration" }).count(), 0);
    await page.goto(`${site}/admin/accounts`);
    await page.getByText("These pages are for administrators").waitFor();
  });

  test("an administrator without a second factor is asked to add one", async () => {
    const weak = await newPerson(stack.gatehouse.port);
    stack.gatehouse.command("account", "set-roles", weak.username, "admin");
    await signInAnew(page, site, weak.username);
    await page.getByRole("link", { name: "Administration" }).click();
    await page.getByText("your account has none yet").waitFor();
    await page.getByRole("link", { name: "Add one" }).click();
    await page.getByRole("heading", { name: "Security" }).waitFor();
  });

  test("one with it finds an account and disables it, and its tokens are void at once", async () => {
    await signInWithApp(page, site, administrator);
    await page.goto(`${site}/admin/accounts`);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(decodeURIComponent(request.url())));
    await page.getByLabel("Username or e-mail address").fill(member.email);
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("link", { name: member.username }).click();
    assert.deepEqual(asked.filter((url) => url.includes("@")), [], "V14.2.1 no address in a URL");
    await page.getByRole("button", { name: "Disable" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
    await page.getByText("Disabled", { exact: true }).waitFor();
    assert.equal(await gateSays(stack.gatehouse.port, member.access), 401);
    assert.equal((await login(stack.gatehouse.port, member)).status, 401);
    await page.getByRole("button", { name: "Enable" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Enable" }).click();
    await page.getByText("Active", { exact: true }).waitFor();
    assert.equal((await login(stack.gatehouse.port, member)).status, 200);
  });

  test("a role is given by a tick", async () => {
    await page.goto(`${site}/admin/accounts/${member.id}`);
    const roles = () => stack.gatehouse.command("account", "show", member.username).output;
    const tick = page.getByRole("group", { name: "Roles" }).getByLabel("member");
    for (const given of [false, true]) {
      await tick.setChecked(given);
      await page.getByRole("button", { name: "Save" }).click();
      await until("the role is as the tick says", 30, async () => /\bmember\b/.test(roles()) === given);
    }
  });

  test("a webhook's secret is shown once", async () => {
    await page.goto(`${site}/admin/delivery`);
    await page.getByRole("button", { name: "Add a webhook" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Fraud desk");
    await page.getByRole("dialog").getByLabel("Address").fill("https://hooks.example.org/gatehouse");
    await page.getByRole("dialog").getByLabel("Events").fill("session.ended account.disabled");
    await page.getByRole("dialog").getByRole("button", { name: "Add a webhook" }).click();
    assert.match(await page.getByRole("dialog").locator("code").innerText(), /^whsec_/);
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByText("Fraud desk").first().waitFor();
    assert.equal(await page.getByText("whsec_").count(), 0);
  });

  test("the audit log is searched, a denial is among the security events, and an error is looked up", async () => {
    await ask(stack.gatehouse.port, "/v1/admin/accounts", { headers: bearer((await newPerson(stack.gatehouse.port)).access) });
    await page.goto(`${site}/admin/audit`);
    await page.getByLabel("Event").fill("account.disabled");
    await page.getByLabel("Concerns").fill(member.id);
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
    assert.equal(await page.locator("tbody code").innerText(), "account.disabled");

    // By names, which are shown in place of ids, and by days; one who comes back finds it as it was.
    const rows = () => page.locator("tbody tr");
    await page.getByLabel("Concerns").fill(member.username.toUpperCase());
    await page.getByLabel("By").fill(administrator.email);
    await page.getByRole("button", { name: "Filter" }).click();
    await rows().getByRole("link", { name: administrator.username }).waitFor();
    await rows().getByRole("link", { name: member.username }).click();
    await page.getByRole("heading", { name: "What happened to it" }).waitFor();
    await page.goBack();
    await rows().getByRole("link", { name: member.username }).waitFor();
    assert.equal(await page.getByLabel("By").inputValue(), administrator.email);
    assert.ok(!page.url().includes("@") && !page.url().includes(member.username), "no name in an address");
    const day = (later: number) => new Date(Date.now() + later * 86_400_000).toISOString().slice(0, 10);
    await page.getByLabel("From").fill(day(-2));
    await page.getByLabel("Through").fill(day(2));
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
    await page.getByLabel("Through").fill(day(-2));
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByText("No event fits.").waitFor();
    await page.getByLabel("By").fill("nobody-of-that-name");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByText("No account has this name.").waitFor();
    assert.deepEqual(await violations(page), []);
    const [request] = await Promise.all([
      page.waitForRequest("**/v1/admin/audit/export*"),
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export" }).click(),
    ]);
    assert.deepEqual([...new URL(request.url()).searchParams.keys()], ["from", "until"]);
    for (const field of ["By", "From", "Through"]) await page.getByLabel(field).fill("");

    const save = async () => {
      const [exported] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export" }).click()]);
      assert.equal(exported.suggestedFilename(), "audit.ndjson");
      return readFileSync(await exported.path(), "utf8");
    };
    assert.match(await save(), /^{"audit_export":1.*\n{"end_of_export":.*}\n$/s);
    // As from a log of more than one piece: each answer with its Link, the last without.
    const asked: string[] = [];
    await page.route("**/v1/admin/audit/export*", (route) => {
      const url = new URL(route.request().url());
      asked.push(url.search);
      const last = asked.length === 3;
      const headers = { "content-type": "application/x-ndjson", ...(last ? {} : { link: `<${url.pathname}?after_batch=${asked.length}>; rel="next"` }) };
      return route.fulfill({ status: 200, headers, body: `{"piece":${asked.length}}\n` });
    });
    assert.equal(await save(), '{"piece":1}\n{"piece":2}\n{"piece":3}\n');
    assert.deepEqual(asked, ["", "?after_batch=1", "?after_batch=2"]);
    await page.unroute("**/v1/admin/audit/export*");
    await page.getByLabel("Error number").fill("0".repeat(32));
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("alert").waitFor();
    await until("the denial is recorded", 30, async () => {
      await page.goto(`${site}/admin/security`);
      await settle(page);
      return (await page.getByText("access.denied").count()) > 0;
    });
  });

  test("every part that there is looks well", async () => {
    await page.goto(`${site}/admin/accounts`);
    await settle(page);
    const links = await page.locator("nav.side a").evaluateAll((all) => all.map((link) => link.getAttribute("href")!));
    assert.ok(links.includes("/admin/accounts") && links.includes("/admin/delivery"));
    fillActivity(stack.gatehouse);
    await look(browser, site, [...links, `/admin/accounts/${member.id}`]);
  });

  test("who may less is offered what they may give, and told why no more", async () => {
    const { gatehouse } = stack;
    assert.equal(gatehouse.command("roles", "set", "helper", "account:*", "role:read").status, 0);
    const helper = await newAdministrator(gatehouse.port, (name) => gatehouse.command("account", "set-roles", name, "helper", "member"));
    await signInWithApp(page, site, helper);
    const roles = page.getByRole("group", { name: "Roles" });
    const tick = (name: string) => roles.getByRole("checkbox", { name, exact: true });
    const reasonAt = (name: string) => tick(name).evaluate((box) => document.getElementById(box.getAttribute("aria-describedby") ?? "")?.textContent);

    await page.goto(`${site}/admin/accounts/${member.id}`);
    const beyond = "You cannot give the roles that may do more than you.";
    await roles.getByText(beyond).waitFor();
    assert.ok((await tick("admin").isDisabled()) && !(await tick("admin").isChecked()));
    assert.equal(await reasonAt("admin"), beyond);
    assert.ok((await tick("member").isEnabled()) && (await tick("member").isChecked()));
    assert.deepEqual(await violations(page), []);
    await tick("helper").focus();
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Save" }).click();
    await until("the role is given", 30, async () => /\bhelper\b/.test(gatehouse.command("account", "show", member.username).output));

    await page.goto(`${site}/admin/accounts/${administrator.id}`);
    await page.getByText("You cannot change this account: one of its roles may do more than you.").waitFor();
    assert.deepEqual(await page.locator("main").getByRole("button").allTextContents(), [], "nothing that would be refused");
    assert.equal(await page.getByRole("heading", { name: "What happened to it" }).count(), 0, "no audit:read");
    assert.deepEqual(await violations(page), []);

    await page.goto(`${site}/admin/accounts`);
    await page.getByRole("button", { name: "Invite someone" }).click();
    await page.getByRole("dialog").getByText(beyond).waitFor();
    assert.ok((await tick("admin").isDisabled()) && (await tick("member").isChecked()));
    assert.deepEqual(await violations(page), []);
  });

  test("nothing from elsewhere, nothing against the policy", () => {
    assert.deepEqual(browser.strangers, []);
    assert.deepEqual(browser.complaints, []);
  });
});
