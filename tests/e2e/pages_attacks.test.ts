// What an administrator sees of an attack in the browser, and ends there: a blocked address, and the event of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask } from "./support/http.js";
import { openPages } from "./support/pages.js";
import { freshName, password, register } from "./support/people.js";
import { until } from "./support/until.js";

test("an administrator finds a blocked address on the page of attacks and ends its block", async () => {
  const settings = { "defence.address_failures": "5", "admin.require_second_factor": "false" };
  const { stack, browser, site } = await openPages({ settings });
  const address = "2001:db8:5:7::";
  const attempt = () => {
    const headers = { "x-forwarded-for": "2001:db8:5:7::77" };
    return ask(stack.gatehouse.port, "/v1/login", { headers, body: { username: freshName(), password: "not the word 4711" } });
  };
  try {
    const administrator = await register(stack.gatehouse.port);
    const made = stack.gatehouse.command("account", "set-roles", administrator.id, "admin");
    assert.equal(made.status, 0, made.output);
    for (let i = 0; i < 5; i++) assert.equal((await attempt()).status, 401);
    assert.equal((await attempt()).status, 403);

    const page = await browser.page("/sign-in");
    await page.getByLabel("Username or e-mail address").fill(administrator.username);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.keyboard.press("Enter");
    await page.waitForURL(`${site}/account`);
    await page.goto(`${site}/admin/security`);
    await page.getByText("defence.address_blocked").waitFor();
    await page.getByRole("button", { name: `Unblock ${address}` }).click();
    await page.getByText("No address is blocked.").waitFor();
    await until("the address may try again", 20, async () => (await attempt()).status === 401);
    assert.deepEqual(browser.complaints, []);
  } finally {
    await browser.stop();
    await stack.stop();
  }
});
