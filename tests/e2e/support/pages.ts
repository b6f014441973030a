import type { Page } from "playwright-core";
import { Browser } from "./browser.js";
import type { App } from "./factors.js";
import type { GatehouseOptions } from "./gatehouse.js";
import { password } from "./people.js";
import { Stack } from "./stack.js";

// What the tests of the pages begin with: a stack under the name that passkeys need, and a browser on it.
export async function openPages(options: GatehouseOptions = {}): Promise<{ stack: Stack; browser: Browser; site: string }> {
  const stack = await Stack.start(options, "localhost");
  const site = `http://localhost:${stack.nginx.port}`;
  try {
    return { stack, browser: await Browser.start(site), site };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

// On a page that asks for the sign-in. What comes after it the caller waits for.
export async function typePassword(page: Page, username: string, secret = password): Promise<void> {
  await page.getByLabel("Username or e-mail address").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(secret);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

// As in a browser where nobody has been signed in.
export async function signInAnew(page: Page, site: string, username: string): Promise<void> {
  await page.context().clearCookies();
  await page.goto(`${site}/sign-in`);
  await typePassword(page, username);
}

export async function signInWithApp(page: Page, site: string, person: { username: string; app: App }): Promise<void> {
  await signInAnew(page, site, person.username);
  await page.getByLabel("Code from your authenticator app").fill(person.app.code());
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL(`${site}/account`);
}
