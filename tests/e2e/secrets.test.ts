// L01, L02: nothing secret and nothing personal in what the process writes; and one event stays one line.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { App } from "./support/factors.js";
import { ask, bearer, raw } from "./support/http.js";
import { Mailbox } from "./support/mailbox.js";
import { Stack } from "./support/stack.js";

const canary = {
  password: "canary-Passw0rd lanterns 77",
  newPassword: "canary-Second lanterns 78",
  wrongPassword: "canary-Wrong lanterns 79",
  email: "canary.person@canary-mail.example",
  agent: "canary-agent/1.0",
  query: "canary-query-value",
  factor: "canary-factor-name",
};

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const kind = statSync(path);
    return kind.isDirectory() ? filesBelow(path) : kind.isFile() ? [path] : [];
  });
}

describe("what is written", () => {
  let stack: Stack;
  before(async () => {
    stack = await Stack.start();
  });
  after(() => stack.stop());

  test("L02 no canary is found in logs, metrics, errors or the data folder", async () => {
    const site = stack.nginx.port;
    const headers = { "user-agent": canary.agent };
    const secrets: string[] = [canary.password, canary.newPassword, canary.wrongPassword, canary.email, canary.agent, canary.query];
    const answers: string[] = [];
    const send = async (path: string, options: Parameters<typeof ask>[2]) => {
      const answer = await ask(site, path, { ...options, headers: { ...headers, ...options?.headers } });
      if (answer.status >= 400) answers.push(answer.body + JSON.stringify(answer.headers));
      return answer;
    };
    const person = { username: "canaryowner", email: canary.email, password: canary.password };
    assert.equal((await send("/v1/register", { body: person })).status, 201);
    await send("/v1/register", { body: person });
    await send("/v1/register", { body: { ...person, password: 5, [canary.query]: 1 } });
    await send("/v1/login", { body: { username: person.username, password: canary.wrongPassword } });
    await send("/v1/login", { body: { email: canary.email, password: canary.wrongPassword } });
    const cookies = (await send("/v1/login", { body: { username: person.username, password: canary.password } })).cookies;
    secrets.push(...Object.values(cookies));
    const tokens = (await send("/v1/login", { body: { ...{ username: person.username, password: canary.password }, refresh_in: "body" } })).json;
    secrets.push(tokens.access_token, tokens.refresh_token);
    const renewed = (await send("/v1/refresh", { body: { refresh_token: tokens.refresh_token } })).json;
    secrets.push(renewed.access_token, renewed.refresh_token);
    await send(`/page?${canary.query}`, { headers: bearer(tokens.access_token) });
    await send(`/v1/me?${canary.query}=${canary.query}`, { headers: bearer(tokens.access_token) });
    await send("/v1/me", { headers: bearer(tokens.access_token + "x") });
    const change = { current_password: canary.password, new_password: canary.newPassword };
    assert.equal((await send("/v1/me/password", { headers: bearer(renewed.access_token), body: change })).status, 204);
    await send("/v1/refresh", { body: { refresh_token: tokens.refresh_token + "x" } });
    await send("/v1/logout", { body: { refresh_token: renewed.refresh_token } });

    // What is mailed, and what a second factor is made of.
    const mailbox = new Mailbox(stack.gatehouse);
    const proof = await mailbox.next(canary.email);
    assert.equal((await send("/v1/email/verify", { body: { token: proof.token } })).status, 204);
    assert.equal((await send("/v1/password/forgot", { body: { email: canary.email } })).status, 202);
    const reset = await mailbox.next(canary.email);
    const mailed = [proof, reset].flatMap(({ token, code }) => [token, code, code.replace("-", "")]);
    await send(`/v1/password/reset?token=${reset.token}`, { body: { token: reset.token + "x", password: canary.password } });
    const again = (await send("/v1/login", { body: { username: person.username, password: canary.newPassword, refresh_in: "body" } })).json;
    const factor = (await send("/v1/factors/totp", { headers: bearer(again.access_token), body: { name: canary.factor } })).json;
    const app = new App(factor.secret);
    const path = `/v1/factors/totp/${factor.id}/confirm`;
    const added = await send(path, { headers: bearer(again.access_token), body: { code: app.code(-1) } });
    assert.equal(added.status, 201, added.body);
    const begun = (await send("/v1/login", { body: { username: person.username, password: canary.newPassword } })).json;
    const recovery = added.json.codes[0];
    const step = { transaction: begun.transaction, method: "recovery_code", code: recovery, refresh_in: "body" };
    const strong = await send("/v1/login/second-factor", { body: step });
    assert.equal(strong.status, 200, strong.body);
    secrets.push(...mailed, factor.secret, begun.transaction, strong.json.access_token, strong.json.refresh_token);
    secrets.push(...added.json.codes, canary.factor);

    const metrics = (await ask(stack.gatehouse.adminPort, "/metrics")).body;
    const shown = stack.gatehouse.command("account", "list").output;
    await stack.gatehouse.process.stop();
    const places: Record<string, string> = {
      "the log": stack.gatehouse.process.lines.join("\n"),
      "the metrics": metrics,
      "the errors": answers.join("\n"),
      "the list of accounts": shown,
    };
    for (const file of filesBelow(stack.gatehouse.data)) places[file] = readFileSync(file, "latin1");
    // A signature or a cookie's value is as good as the whole; so are its halves.
    for (const secret of secrets) {
      for (const [place, text] of Object.entries(places)) {
        if (place === "the errors" && secret === canary.query) continue; // the unknown member is named to its sender
        if (place.endsWith(".eml") && (secret === canary.email || mailed.includes(secret))) continue; // what a letter is for
        if (place.endsWith(".eml") && secret === canary.factor) continue; // its owner is told which was added
        assert.ok(!text.includes(secret), `${secret.slice(0, 24)} stands in ${place}`);
        assert.ok(!text.toLowerCase().includes(Buffer.from(secret).toString("hex")), `${secret.slice(0, 24)} stands in ${place} as hex`);
      }
    }
    // The seed of the codes is bytes; Base32 is only how an app is told.
    for (const [place, text] of Object.entries(places)) assert.ok(!text.includes(app.key.toString("latin1")), `the seed stands in ${place}`);
    assert.ok(places["the log"]!.includes('"sign_in"'), "there is a log to look at");
    assert.ok(Object.keys(places).length > 5, "there are files to look at");
    await stack.gatehouse.start();
  });

  test("L02 the data folder and what is in it is the owner's alone", () => {
    assert.equal(statSync(stack.gatehouse.data).mode & 0o077, 0);
    assert.equal(statSync(join(stack.gatehouse.data, "master.key")).mode & 0o777, 0o600);
  });

  test("L02 a process that crashes leaves no core file", () => {
    const limits = readFileSync(`/proc/${stack.gatehouse.process.pid}/limits`, "utf8");
    assert.match(limits, /^Max core file size +0 +0 /m);
  });

  test("L01 line ends, escapes and quotes from outside stay inside one escaped line", async () => {
    const evil = 'x"}\\u000a{"event":"forged","level":"info"} \\u001b[31m \\u2028 \\u0000';
    const body = `{"username":"${evil.replace(/"/g, '\\"')}","password":"whatever it is 1"}`;
    await ask(stack.gatehouse.port, "/v1/login", { body, headers: { "content-type": "application/json" } });
    const path = '/v1/%0d%0a{"event":"forged"}%1b[31m';
    const head = `User-Agent: a\x1b[2J\u00e9"}{"event":"forged"}\r\ntraceparent: 00-"forged"\r\nX-Forwarded-For: {"event":"forged"}\r\n`;
    await raw(stack.gatehouse.port, `GET ${path} HTTP/1.1\r\nHost: a\r\n${head}Connection: close\r\n\r\n`);
    await ask(stack.gatehouse.port, "/v1/login", { body: { username: "somebody", password: "whatever it is 2" } });
    await stack.gatehouse.event("sign_in");
    for (const line of stack.gatehouse.process.lines) {
      const parsed = JSON.parse(line) as { event: string };
      assert.notEqual(parsed.event, "forged");
      assert.ok(![...line].some((c) => c < " " || c === "\x7f" || c === "\u2028"), JSON.stringify(line));
    }
  });
});
