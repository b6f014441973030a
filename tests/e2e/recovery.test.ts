// X-rows and what belongs to them: links of letters, walked from the letter to the effect.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { enrolApp } from "./support/factors.js";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer, raw, type Answer } from "./support/http.js";
import { Mailbox, type Letter } from "./support/mailbox.js";
import { freshName, gateSays, login, newPerson, password, register, signIn, type Person, type SignedIn } from "./support/people.js";

const newPassword = "seven copper violins";
const site = "https://app.example";

describe("recovery", () => {
  let gatehouse: Gatehouse;
  let port: number;
  let mailbox: Mailbox;
  before(async () => {
    const settings = { "server.public_url": JSON.stringify(site), "admin.require_second_factor": "false" };
    gatehouse = await Gatehouse.start({ settings });
    port = gatehouse.port;
    mailbox = new Mailbox(gatehouse);
  });
  after(() => gatehouse.stop());

  const post = (path: string, body: object, headers = {}): Promise<Answer> => ask(port, path, { body, headers });
  // Registered, with the address shown by the link of the letter.
  async function verified(): Promise<Person> {
    const person = await register(port);
    const letter = await mailbox.next(person.email);
    assert.equal((await post("/v1/email/verify", { token: letter.token })).status, 204);
    return person;
  }
  async function verifiedAndSignedIn(): Promise<Person & SignedIn> {
    const person = await verified();
    return { ...person, ...(await signIn(port, person)) };
  }
  async function forgot(email: string): Promise<Letter> {
    const answer = await post("/v1/password/forgot", { email });
    assert.equal(answer.status, 202, answer.body);
    return mailbox.next(email);
  }
  const reset = (token: string, secret = newPassword): Promise<Answer> => post("/v1/password/reset", { token, password: secret });

  // Each in the name of somebody who has got no letter yet: there are three an hour.
  const spoofed: Record<string, string>[] = [
    { host: "evil.example" },
    { "x-forwarded-host": "evil.example" },
    { forwarded: "host=evil.example;proto=http" },
    { "x-forwarded-proto": "http" },
    { "x-original-url": "http://evil.example/" },
    { "x-forwarded-for": "evil.example", "x-forwarded-port": "81" },
    { "x-forwarded-server": "evil.example", "x-host": "evil.example", "x-http-host-override": "evil.example" },
    { referer: "https://evil.example/x" },
  ];
  for (const headers of spoofed) {
    test(`X01 the link begins with the configured origin whatever ${Object.keys(headers)[0]} says`, async () => {
      const person = await verified();
      const answer = await post("/v1/password/forgot", { email: person.email }, headers);
      assert.equal(answer.status, 202, answer.body);
      const letter = await mailbox.next(person.email);
      assert.ok(!letter.source.includes("evil.example"), letter.source);
      assert.equal(letter.link.origin, site);
      assert.equal(letter.link.search, "", "the token stands in the fragment");
      assert.notEqual(letter.token, "");
    });
  }

  test("X01 of two hosts in one request no letter comes", async () => {
    const person = await verified();
    await mailbox.complete();
    const before = mailbox.files().length;
    const body = JSON.stringify({ email: person.email });
    const answer = await raw(port, [
      `POST /v1/password/forgot HTTP/1.1\r\nHost: app.example\r\nHost: evil.example\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    ]);
    assert.deepEqual(answer.statuses, [400]);
    await mailbox.complete();
    assert.equal(mailbox.files().length, before);
  });

  test("X02 an address in any but one piece is refused, and no letter comes of it", async () => {
    const person = await verified();
    await mailbox.complete();
    const before = mailbox.files().length;
    const headers = { "content-type": "application/json" };
    const address = JSON.stringify(person.email);
    const bodies = [
      `{"email":[${address},"mallory@evil.example"]}`,
      `{"email":${address},"email":"mallory@evil.example"}`,
      `{"email":"${person.email},mallory@evil.example"}`,
      `{"email":"${person.email}\\r\\nBcc: mallory@evil.example"}`,
      `{"email":"mallory@evil.example@example.org"}`,
    ];
    for (const body of bodies) {
      assert.equal((await ask(port, "/v1/password/forgot", { method: "POST", headers, body })).status, 400, body);
    }
    const inQuery = await post("/v1/password/forgot?email=mallory@evil.example", { email: person.email });
    assert.equal(inQuery.status, 202);
    const letter = await mailbox.next(person.email);
    assert.ok(!letter.source.includes("evil.example"));
    await mailbox.complete();
    assert.equal(mailbox.files().length, before + 1, "one letter, to the stored address");
  });

  test("X03 two links: one use, and everything else is dead; twenty at a time: one success", async () => {
    const person = await verified();
    const first = await forgot(person.email);
    const second = await forgot(person.email);
    assert.notEqual(first.token, second.token);
    for (let i = 0; i < 3; i++) assert.equal((await post("/v1/password/reset/check", { token: second.token })).status, 204);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => reset(second.token, `parallel word number ${i}`)));
    const statuses = answers.map((answer) => answer.status).sort();
    assert.equal(statuses.filter((status) => status === 204).length, 1, String(statuses));
    assert.equal((await reset(first.token)).status, 403);
    assert.equal((await reset(second.token)).status, 403);
    assert.equal((await login(port, person)).status, 401);
  });

  test("X04 S05 a reset ends every session at the gate, and signs nobody in", async () => {
    const person = await verifiedAndSignedIn();
    assert.equal(await gateSays(port, person.access), 200);
    const letter = await forgot(person.email);
    const answer = await reset(letter.token);
    assert.equal(answer.status, 204);
    assert.equal(answer.body, "");
    assert.equal(answer.headers["set-cookie"], undefined);
    assert.equal(await gateSays(port, person.access), 401);
    assert.equal((await ask(port, "/v1/refresh", { body: { refresh_token: person.refresh } })).status, 401);
    assert.equal((await login(port, person)).status, 401);
    assert.equal((await login(port, person, newPassword)).status, 200);
    assert.match((await mailbox.next(person.email)).subject, /password/i);
  });

  test("X04 after a reset the second factor is still asked for", async () => {
    const person = await verifiedAndSignedIn();
    const { app } = await enrolApp(port, person.access);
    await mailbox.next(person.email); // that says so
    assert.equal((await reset((await forgot(person.email)).token)).status, 204);
    const first = await login(port, person, newPassword);
    assert.deepEqual([first.status, first.json.next], [200, "second_factor"]);
    assert.equal(first.json.access_token, undefined);
    assert.equal(first.headers["set-cookie"], undefined);
    assert.equal((await ask(port, "/v1/me", { headers: bearer(first.json.transaction) })).status, 401);
    const step = { transaction: first.json.transaction, method: "totp", code: app.code(), refresh_in: "body" };
    assert.equal((await post("/v1/login/second-factor", step)).status, 200);
  });

  test("S05 a changed password kills the links that were mailed before", async () => {
    const person = await verifiedAndSignedIn();
    const letter = await forgot(person.email);
    const changed = await post("/v1/me/password", { current_password: password, new_password: newPassword }, bearer(person.access));
    assert.equal(changed.status, 204, changed.body);
    assert.equal((await reset(letter.token, "another word 4711")).status, 403);
    assert.equal((await login(port, person, newPassword)).status, 200);
  });

  test("the code of the letter is the other way", async () => {
    const person = await verified();
    const letter = await forgot(person.email);
    assert.match(letter.code, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    const byCode = (code: string) => post("/v1/password/reset", { email: person.email, code, password: newPassword });
    assert.equal((await byCode("0000-0000")).status, 403);
    assert.equal((await byCode(letter.code.toLowerCase().replace("-", ""))).status, 204);
    assert.equal((await login(port, person, newPassword)).status, 200);
  });

  test("U04 forgotten passwords: known, unknown and unverified get the very same answer", async () => {
    const known = await verified();
    const unverified = await register(port);
    const answers = [];
    for (const email of [known.email, `${freshName()}@example.org`, unverified.email]) {
      const { status, headers, body } = await post("/v1/password/forgot", { email });
      const rest = { ...headers } as Record<string, unknown>;
      for (const name of ["date", "ratelimit", "ratelimit-policy"]) delete rest[name];
      answers.push({ status, rest, body });
    }
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    assert.equal(answers[0]!.status, 202);
  });

  test("U04 a taken address gets the answer of a free one, and its owner a letter", async () => {
    const owner = await verified();
    const [mallory, trent] = [freshName(), freshName()];
    const taken = await post("/v1/register", { username: mallory, email: owner.email, password });
    const free = await post("/v1/register", { username: trent, email: `${trent}@example.org`, password });
    assert.equal(taken.status, 201);
    assert.equal(free.status, 201);
    assert.deepEqual(Object.keys(taken.json), Object.keys(free.json));
    const letter = await mailbox.next(owner.email);
    assert.equal(letter.token, "", "no link that would give the address away");
    for (const [email, username] of [[owner.email, mallory], [`${trent}@example.org`, trent]]) {
      assert.equal((await ask(port, "/v1/login", { body: { email, password: "not the word 4711" } })).status, 401);
      const { access } = await signIn(port, { username: username! });
      assert.equal((await ask(port, "/v1/me", { headers: bearer(access) })).json.email_verified, false);
    }
    assert.equal((await ask(port, "/v1/login", { body: { email: `${trent}@example.org`, password } })).status, 401, "not before it is proven");
  });

  test("a change of address: the new one proves it, the old one is told and can put it back", async () => {
    const person = await verifiedAndSignedIn();
    const next = `${freshName()}@new.example.org`;
    assert.equal((await post("/v1/me/email", { email: next, password }, bearer(person.access))).status, 202);
    const confirm = await mailbox.next(next);
    assert.equal((await ask(port, "/v1/me", { headers: bearer(person.access) })).json.email, person.email);
    assert.equal((await post("/v1/email/change", { token: confirm.token })).status, 204);
    const me = await ask(port, "/v1/me", { headers: bearer(person.access) });
    assert.equal(me.json.email, next);
    assert.equal(me.json.email_verified, true);
    assert.equal((await post("/v1/email/change", { token: confirm.token })).status, 403);
    const last = `${freshName()}@newer.example.org`;
    assert.equal((await post("/v1/me/email", { email: last, password }, bearer(person.access))).status, 202);
    const { code } = await mailbox.next(last);
    assert.equal((await post("/v1/email/change", { code }, bearer(person.access))).status, 204);

    const notice = await mailbox.next(person.email);
    assert.equal((await post("/v1/email/restore", { token: notice.token })).status, 204);
    assert.equal(await gateSays(port, person.access), 401);
    assert.equal((await login(port, person)).status, 401, "the password is void");
    const letter = await mailbox.next(person.email);
    assert.equal((await reset(letter.token)).status, 204);
    assert.equal((await ask(port, "/v1/login", { body: { email: person.email, password: newPassword, refresh_in: "body" } })).status, 200);
  });

  test("a new browser is told of, the one that is known is not", async () => {
    const person = await verified();
    const firefox = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0" };
    const curl = { "user-agent": "curl/8.5.0" };
    for (const headers of [firefox, firefox, curl, firefox]) assert.equal((await login(port, person, password, { headers })).status, 200);
    await mailbox.complete();
    const letters = mailbox.take().filter((letter) => letter.to === person.email);
    assert.equal(letters.length, 1, "nothing came for the browser that is known");
    assert.match(letters[0]!.text, /curl/);
  });

  test("an invite makes an account with its roles, once", async () => {
    const admin = await newPerson(port);
    assert.equal(gatehouse.command("account", "set-roles", admin.username, "admin").status, 0);
    const { access } = await signIn(port, admin);
    const email = `${freshName()}@guests.example.org`;
    const made = await post("/v1/admin/invites", { email, roles: ["member"] }, bearer(access));
    assert.equal(made.status, 201, made.body);
    const letter = await mailbox.next(email);
    assert.equal(letter.link.origin, site);
    assert.equal((await post("/v1/invite/check", { token: letter.token })).status, 204);
    const username = freshName();
    const accepted = await post("/v1/invite/accept", { token: letter.token, username, password });
    assert.equal(accepted.status, 201, accepted.body);
    assert.equal(accepted.json.email_verified, true);
    assert.equal((await post("/v1/invite/accept", { token: letter.token, username: freshName(), password })).status, 403);
    assert.equal((await ask(port, "/v1/login", { body: { email, password, refresh_in: "body" } })).status, 200);
  });

  test("B07 nobody verifies themselves", async () => {
    const person = await newPerson(port);
    const answer = await ask(port, "/v1/me", { method: "PATCH", body: { email_verified: true }, headers: bearer(person.access) });
    assert.equal(answer.status, 400);
    const email = await ask(port, "/v1/me", { method: "PATCH", body: { email: "x@example.org", current_password: password }, headers: bearer(person.access) });
    assert.equal(email.status, 400);
    assert.equal((await ask(port, "/v1/me", { headers: bearer(person.access) })).json.email_verified, false);
  });

  test("L02 no token, code or address of a letter stands in the log", async () => {
    const person = await verified();
    const letter = await forgot(person.email);
    assert.equal((await reset(letter.token)).status, 204);
    for (const line of gatehouse.process.lines) {
      for (const secret of [letter.token, letter.code, person.email, newPassword]) assert.ok(!line.includes(secret), line);
    }
  });
});

describe("recovery where the address must be proven", () => {
  test("nobody signs in before, and the right password brings the letter again", async (context) => {
    const gatehouse = await Gatehouse.start({ settings: { "registration.verify_email": '"require"', "server.public_url": JSON.stringify(site) } });
    context.after(() => gatehouse.stop());
    const mailbox = new Mailbox(gatehouse);
    const person = await register(gatehouse.port);
    const first = await mailbox.next(person.email);
    assert.equal((await login(gatehouse.port, person, "not the word 4711")).status, 401);
    const refused = await login(gatehouse.port, person);
    assert.equal(refused.status, 403);
    assert.match(refused.json.type, /email-unverified$/);
    const again = await mailbox.next(person.email);
    assert.notEqual(again.token, first.token);
    assert.equal((await ask(gatehouse.port, "/v1/email/verify", { body: { token: again.token } })).status, 204);
    assert.equal((await login(gatehouse.port, person)).status, 200);
  });
});
