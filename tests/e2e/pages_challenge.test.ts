// A proof of work that the sign-in is asked for is solved in a worker, under the policy, and sent with it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Browser } from "./support/browser.js";
import { password, register } from "./support/people.js";
import { Stack } from "./support/stack.js";

test("a browser that is asked for proof of work solves it and signs in", async () => {
  const stack = await Stack.start({}, "localhost");
  const site = `http://localhost:${stack.nginx.port}`;
  const browser = await Browser.start(site);
  try {
    const person = await register(stack.gatehouse.port);
    const page = await browser.page("/sign-in");
    const sent: string[] = [];
    const salt = "c0ffee?expires=4000000000";
    const challenge = createHash("sha256").update(`${salt}31337`).digest("hex");
    await page.route("**/v1/challenge", (route) => route.fulfill({ json: { algorithm: "SHA-256", challenge, salt, signature: "mac", maxnumber: 50_000 } }));
    await page.route("**/v1/login", async (route) => {
      const body = route.request().postDataJSON() as { challenge?: string };
      if (body.challenge === undefined) {
        return route.fulfill({ status: 403, contentType: "application/problem+json", body: '{"type":"/problems/challenge-required","status":403}' });
      }
      sent.push(body.challenge);
      delete body.challenge;
      return route.continue({ postData: JSON.stringify(body) });
    });
    await page.getByLabel("Username or e-mail address").fill(person.username);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.keyboard.press("Enter");
    await page.waitForURL(`${site}/account`);
    assert.equal(sent.length, 1);
    const solved = JSON.parse(Buffer.from(sent[0]!, "base64").toString()) as Record<string, unknown>;
    assert.deepEqual(solved, { algorithm: "SHA-256", challenge, number: 31337, salt, signature: "mac" });
    assert.deepEqual(browser.complaints, []);
  } finally {
    await browser.stop();
    await stack.stop();
  }
});
