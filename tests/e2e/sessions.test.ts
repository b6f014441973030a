// S- and R-rows over HTTP: a session's life, and that its end is its end.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask, bearer } from "./support/http.js";
import { gateSays, login, logout, newPerson, password, refresh, register, signIn } from "./support/people.js";
import { Stack } from "./support/stack.js";

describe("sessions", () => {
  let stack: Stack;
  let port: number;
  let site: number;
  before(async () => {
    // Sign-ins under way count as failed until they succeed, and S06 wants twelve of them at once.
    const settings = { "session.max_per_account": "5", "limit.throttle_pair_failures": "100" };
    stack = await Stack.start({ settings });
    port = stack.gatehouse.port;
    site = stack.nginx.port;
  });
  after(() => stack.stop());

  test("S01 a session id the client brings is never taken", async () => {
    const attacker = await newPerson(port);
    const victim = await register(port);
    const planted = { cookie: `__Host-gatehouse_refresh=${attacker.refresh}; session_id=${attacker.session}` };
    const headers = { ...planted, origin: `http://127.0.0.1:${site}` };
    const answer = await ask(port, `/v1/login?session_id=${attacker.session}`, { headers, body: { username: victim.username, password } });
    assert.equal(answer.status, 200, answer.body);
    assert.notEqual(answer.json.session_id, attacker.session);
    assert.notEqual(answer.cookies["__Host-gatehouse_refresh"], attacker.refresh);
    const me = await ask(port, "/v1/me", { headers: bearer(attacker.access) });
    assert.notEqual(me.json?.username, victim.username);
  });

  test("S02 two people one after another get nothing of each other's", async () => {
    const [first, second] = [await newPerson(port), await newPerson(port)];
    assert.notEqual(first.session, second.session);
    assert.notEqual(first.refresh, second.refresh);
    const renewed = await refresh(port, second.refresh);
    const me = await ask(port, "/v1/me", { headers: bearer(renewed.json.access_token) });
    assert.equal(me.json.id, second.id);
  });

  test("S04 after logout the access token, the refresh token and the session are dead at once", async () => {
    for (let round = 0; round < 20; round++) {
      const person = await newPerson(port);
      assert.equal(await gateSays(port, person.access), 200);
      assert.equal((await logout(port, person.refresh)).status, 204);
      assert.equal(await gateSays(port, person.access), 401);
      assert.equal((await ask(site, "/page", { headers: bearer(person.access) })).status, 401);
      assert.equal((await ask(port, "/v1/me", { headers: bearer(person.access) })).status, 401);
      assert.equal((await refresh(port, person.refresh)).status, 401);
      const other = await signIn(port, person);
      assert.equal((await ask(port, `/v1/session/${person.session}`, { headers: bearer(other.access) })).json?.alive ?? false, false);
    }
  });

  test("S05 a new password ends every other session and keeps this one", async () => {
    const person = await newPerson(port);
    const others = [await signIn(port, person), await signIn(port, person)];
    const next = "a quite different 77 sentence";
    const headers = bearer(person.access);
    const wrong = await ask(port, "/v1/me/password", { headers, body: { current_password: "not it at all", new_password: next } });
    assert.equal(wrong.status, 403);
    for (const other of others) assert.equal(await gateSays(port, other.access), 200);

    const answer = await ask(port, "/v1/me/password", { headers, body: { current_password: password, new_password: next } });
    assert.ok(answer.status === 200 || answer.status === 204, answer.body);
    for (const other of others) {
      assert.equal(await gateSays(port, other.access), 401);
      assert.equal((await refresh(port, other.refresh)).status, 401);
    }
    assert.equal(await gateSays(port, person.access), 200);
    assert.equal((await refresh(port, person.refresh)).status, 200);
    assert.equal((await login(port, person)).status, 401);
    assert.equal((await login(port, person, next)).status, 200);
  });

  test("S06 sign-ins at the same time never leave more live sessions than allowed", async () => {
    const person = await register(port);
    const sessions = await Promise.all(Array.from({ length: 12 }, () => signIn(port, person)));
    const states = await Promise.all(sessions.map((session) => gateSays(port, session.access)));
    assert.equal(states.filter((status) => status === 200).length, 5);
    const alive = sessions[states.indexOf(200)]!;
    assert.equal((await ask(port, "/v1/sessions", { headers: bearer(alive.access) })).json.sessions.length, 5);
    const renewed = await Promise.all(sessions.map((session) => refresh(port, session.refresh)));
    assert.equal(renewed.filter((answer) => answer.status === 200).length, 5);
  });

  test("R02 a rotated token used again ends that session, the newest token included, and no other", async () => {
    const person = await newPerson(port);
    const other = await signIn(port, person);
    const second = await refresh(port, person.refresh);
    const third = await refresh(port, second.json.refresh_token);
    assert.equal(third.status, 200);
    assert.equal((await refresh(port, person.refresh)).status, 401);
    assert.equal(await gateSays(port, third.json.access_token), 401);
    assert.equal((await refresh(port, third.json.refresh_token)).status, 401);
    assert.equal(await gateSays(port, other.access), 200);
    await stack.gatehouse.event("refresh_reuse_detected");
  });

  test("R03 a retry within the grace window gets the same successor, and no second branch", async () => {
    const person = await newPerson(port);
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(port, person.refresh)));
    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
    assert.equal(new Set(answers.map((answer) => answer.json.refresh_token)).size, 1);
    const successor = answers[0]!.json.refresh_token;
    assert.notEqual(successor, person.refresh);
    const next = await refresh(port, successor);
    assert.equal(next.status, 200);
    assert.equal((await refresh(port, person.refresh)).status, 401);
    assert.equal((await refresh(port, next.json.refresh_token)).status, 401);
  });

  const forge = (token: string, change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(token.slice(4), "base64url");
    change(bytes);
    return "ghr_" + bytes.toString("base64url");
  };
  test("a refresh token changed in any byte, cut, padded or made up is refused and ends nothing", async () => {
    const person = await newPerson(port);
    const length = Buffer.from(person.refresh.slice(4), "base64url").length;
    for (let i = 0; i < length; i++) {
      assert.equal((await refresh(port, forge(person.refresh, (bytes) => (bytes[i]! ^= 1)))).status, 401);
    }
    const others = ["", "ghr_", person.refresh + "=", person.refresh.slice(0, -1), person.refresh + "A", person.refresh.slice(4), "ghr_" + "A".repeat(54)];
    for (const token of others) assert.match(String((await refresh(port, token)).status), /^(400|401)$/, token);
    assert.equal((await refresh(port, person.refresh)).status, 200);
  });

  test("requests with cookies need a page of this site", async () => {
    const person = await register(port);
    const host = { host: "app.example" };
    const body = { username: person.username, password };
    for (const headers of [
      { ...host, origin: "https://evil.example" },
      { ...host, origin: "null" },
      { ...host, origin: "http://app.example.evil.example" },
      { ...host, "sec-fetch-site": "cross-site" },
      { ...host, "sec-fetch-site": "same-site" },
    ]) {
      assert.equal((await ask(port, "/v1/login", { headers, body })).status, 403, JSON.stringify(headers));
    }
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "application/jsonp"]) {
      const answer = await ask(port, "/v1/login", { headers: { "content-type": type }, body: JSON.stringify(body) });
      assert.equal(answer.status, 415, type);
    }
    const signed = await ask(port, "/v1/login", { body });
    const cookie = `__Host-gatehouse_refresh=${signed.cookies["__Host-gatehouse_refresh"]}`;
    assert.equal((await ask(port, "/v1/refresh", { method: "POST", headers: { ...host, cookie }, body: {} })).status, 403);
    const own = { ...host, cookie, "sec-fetch-site": "same-origin" };
    assert.equal((await ask(port, "/v1/refresh", { method: "POST", headers: own, body: {} })).status, 200);
  });
});
