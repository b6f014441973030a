// The story of the project's front page: a person registers, signs in, reaches the application, signs out, and the very
// token that worked a moment ago is refused.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { ask, bearer } from "./support/http.js";
import { freshName, login, logout, newPerson, password, refresh, register, signIn } from "./support/people.js";
import { projectRoot } from "./support/paths.js";
import { Stack } from "./support/stack.js";

describe("the story, through nginx", () => {
  let stack: Stack;
  let site: number;
  before(async () => {
    stack = await Stack.start();
    site = stack.nginx.port;
  });
  after(() => stack.stop());
  beforeEach(() => (stack.application.seen.length = 0));

  test("registers, signs in, reaches the application, refreshes, signs out, is refused at once", async () => {
    const username = freshName();
    const registered = await ask(site, "/v1/register", { body: { username, email: `${username}@example.org`, password } });
    assert.equal(registered.status, 201);
    assert.equal(registered.json.username, username);
    assert.ok(!registered.body.includes(password));

    assert.equal((await ask(site, "/page")).status, 401);
    assert.equal(stack.application.seen.length, 0);

    const answer = await login(site, { username });
    assert.equal(answer.status, 200);
    assert.equal(answer.json.token_type, "Bearer");
    assert.ok(answer.json.expires_in > 0 && answer.json.expires_in <= 900);
    const { access_token: access, refresh_token: token } = answer.json;

    const page = await ask(site, "/page?a=1", { headers: bearer(access) });
    assert.equal(page.status, 200);
    assert.equal(stack.application.seen.at(-1)!.headers["x-auth-subject"], registered.json.id);
    assert.equal(stack.application.seen.at(-1)!.headers["x-auth-session"], answer.json.session_id);
    assert.equal(stack.application.seen.at(-1)!.path, "/page?a=1");

    const refreshed = await refresh(site, token);
    assert.equal(refreshed.status, 200);
    const newer = refreshed.json.access_token;
    assert.equal((await ask(site, "/page", { headers: bearer(newer) })).status, 200);

    assert.equal((await logout(site, refreshed.json.refresh_token)).status, 204);
    const before = stack.application.seen.length;
    assert.equal((await ask(site, "/page", { headers: bearer(newer) })).status, 401);
    assert.equal((await ask(site, "/page", { headers: bearer(access) })).status, 401);
    assert.equal((await refresh(site, refreshed.json.refresh_token)).status, 401);
    assert.equal(stack.application.seen.length, before);
  });

  test("signs out with the access token alone", async () => {
    const person = await newPerson(site);
    assert.equal((await ask(site, "/v1/logout", { method: "POST", headers: bearer(person.access) })).status, 204);
    assert.equal((await ask(site, "/page", { headers: bearer(person.access) })).status, 401);
    assert.equal((await refresh(site, person.refresh)).status, 401);
  });

  test("does all of it with cookies, and the application never sees one of ours", async () => {
    const person = await register(site);
    const origin = { origin: `http://127.0.0.1:${site}` };
    const answer = await ask(site, "/v1/login", { body: { username: person.username, password }, headers: origin });
    assert.equal(answer.status, 200);
    assert.equal(answer.json.refresh_token, undefined);
    for (const line of answer.headers["set-cookie"]!) {
      assert.match(line, /^__Host-gatehouse_(access|refresh|device)=/);
      assert.match(line, /; *HttpOnly/i);
      assert.match(line, /; *Secure/i);
      assert.match(line, /; *Path=\//i);
      assert.doesNotMatch(line, /; *Domain/i);
    }
    const access = `__Host-gatehouse_access=${answer.cookies["__Host-gatehouse_access"]}`;
    const renew = `__Host-gatehouse_refresh=${answer.cookies["__Host-gatehouse_refresh"]}`;
    const known = `__Host-gatehouse_device=${answer.cookies["__Host-gatehouse_device"]}`;
    const page = await ask(site, "/page", { headers: { cookie: `a=1; ${renew}; ${known}; ${access}; theme=dark` } });
    assert.equal(page.status, 200);
    assert.equal(stack.application.seen.at(-1)!.headers["cookie"], "a=1; theme=dark");
    assert.equal(stack.application.seen.at(-1)!.headers["authorization"], undefined);

    const renewed = await ask(site, "/v1/refresh", { method: "POST", body: {}, headers: { ...origin, cookie: renew } });
    assert.equal(renewed.status, 200);
    const next = `__Host-gatehouse_refresh=${renewed.cookies["__Host-gatehouse_refresh"]}`;
    const foreign = { origin: "https://evil.example", cookie: next };
    assert.equal((await ask(site, "/v1/logout", { method: "POST", body: {}, headers: foreign })).status, 403);
    const out = await ask(site, "/v1/logout", { method: "POST", body: {}, headers: { ...origin, cookie: next } });
    assert.equal(out.status, 204);
    assert.equal((await ask(site, "/page", { headers: { cookie: access } })).status, 401);
  });

  test("refuses a bearer token and an access cookie together", async () => {
    const person = await newPerson(site);
    const headers = { ...bearer(person.access), cookie: `__Host-gatehouse_access=${person.access}` };
    assert.equal((await ask(site, "/page", { headers })).status, 401);
  });

  test("shows, lists and ends sessions of one's own, and no one else's", async () => {
    const person = await newPerson(site);
    const other = await newPerson(site);
    const second = await signIn(site, person);
    const headers = bearer(person.access);

    const me = await ask(site, "/v1/me", { headers });
    assert.equal(me.json.username, person.username);
    assert.equal(me.json.email, person.email);
    const list = await ask(site, "/v1/sessions", { headers });
    assert.equal(list.json.sessions.length, 2);
    assert.equal((await ask(site, `/v1/session/${second.session}`, { headers })).status, 200);
    assert.equal((await ask(site, `/v1/session/${other.session}`, { headers })).status, 404);
    assert.equal((await ask(site, `/v1/sessions/${other.session}`, { method: "DELETE", headers })).status, 404);
    assert.equal((await ask(site, "/page", { headers: bearer(other.access) })).status, 200);

    assert.equal((await ask(site, `/v1/sessions/${second.session}`, { method: "DELETE", headers })).status, 204);
    assert.equal((await ask(site, "/page", { headers: bearer(second.access) })).status, 401);
    assert.equal((await ask(site, "/page", { headers })).status, 200);
  });
});

test("docs/ops/nginx.md shows the very configuration that the tests run", () => {
  const page = readFileSync(join(projectRoot, "docs/ops/nginx.md"), "utf8");
  const [upstreams, server] = ["upstreams.conf", "gatehouse.conf"].map((name) =>
    readFileSync(join(projectRoot, "deploy/nginx", name), "utf8"),
  );
  assert.ok(page.includes("```nginx\n" + upstreams + "\n" + server + "```\n"));
});
