// P-, U- and B-rows over HTTP: what a password and a name may be, and what an answer may not tell.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer, type Answer } from "./support/http.js";
import { freshName, login, newPerson, password, register } from "./support/people.js";

// What differs between any two answers, whatever they are about.
function comparable(answer: Answer): object {
  const headers: Record<string, unknown> = { ...answer.headers };
  for (const name of ["date", "ratelimit", "ratelimit-policy"]) delete headers[name];
  return { status: answer.status, headers, body: answer.body.replace(/"error_id":"[^"]*"/, "") };
}

describe("accounts", () => {
  let gatehouse: Gatehouse;
  let port: number;
  before(async () => {
    gatehouse = await Gatehouse.start();
    port = gatehouse.port;
  });
  after(() => gatehouse.stop());
  const tryRegister = (fields: object) => ask(port, "/v1/register", { body: fields });
  const withPassword = (secret: string) => {
    const username = freshName();
    return { username, email: `${username}@example.org`, password: secret };
  };

  const refused = [
    "brief", "password1234", "qwertyuiop123", "iloveyou1234", "111111111111", "abcdefghijkl", "gatehouse1234", "Gatehouse2026",
    "123456789012", "passwordpassword", "a".repeat(257),
  ];
  for (const secret of refused) {
    test(`P07 "${secret.slice(0, 20)}" is refused with a reason`, async () => {
      const answer = await tryRegister(withPassword(secret));
      assert.equal(answer.status, 400);
      assert.deepEqual(answer.json.errors.map((e: { field: string }) => e.field), ["password"]);
      assert.ok(answer.json.errors[0].message.length > 10);
      assert.ok(!answer.body.includes(secret));
    });
  }
  test("P07 the account's own name is no password", async () => {
    const fields = { username: "marguerite", email: "marguerite.duval@example.org" };
    for (const secret of ["marguerite1234", "margueriteduval"]) {
      assert.equal((await tryRegister({ ...fields, password: secret })).status, 400, secret);
    }
  });

  const accepted = ["  leading and trailing  ", "Zoë liest 3 Bücher", "🦊🦉🐢 walk at dusk 🌒", "\u{1F98A}".repeat(3) + " and 61 more foxes", "x".repeat(3) + " 令和のパスワード 7"];
  for (const secret of accepted) {
    test(`P04 "${secret}" is taken exactly as written`, async () => {
      const fields = withPassword(secret);
      assert.equal((await tryRegister(fields)).status, 201);
      assert.equal((await login(port, fields, secret)).status, 200);
      assert.equal((await login(port, fields, secret.normalize("NFD"))).status, 200);
      for (const other of [secret.trim() + "x", secret.toUpperCase() + "!", [...secret].slice(0, -1).join("")]) {
        assert.equal((await login(port, fields, other)).status, 401, other);
      }
      if (secret.trim() !== secret) assert.equal((await login(port, fields, secret.trim())).status, 401);
    });
  }
  test("P04 NUL and lone surrogates are refused", async () => {
    const { username, email } = withPassword("");
    const body = (secret: string) => `{"username":"${username}","email":"${email}","password":"${secret}"}`;
    const headers = { "content-type": "application/json" };
    for (const secret of ["violet harbour\\u0000 42", "violet harbour \\ud800 42", "violet harbour \\udc00\\ud800"]) {
      const answer = await ask(port, "/v1/register", { body: body(secret), headers });
      assert.equal(answer.status, 400, secret);
    }
  });

  test("U01 one name in every disguise is at most one account", async () => {
    const names = [
      "Register", "register", "REGISTER", "ｒｅｇｉｓｔｅｒ", "rеgister", "regi\u200bster", "register ", " register", "register.",
      "register\u00ad", "regıster", "register\u202e", "\u212aelvin", "kelvin", "Kelvin", "KELVIN",
    ];
    let created = 0;
    for (const [i, username] of names.entries()) {
      const answer = await tryRegister({ username, email: `disguise${i}@example.org`, password });
      assert.match(String(answer.status), /^(201|400|409)$/, username);
      if (answer.status === 201) created++;
    }
    assert.equal(created, 2, "one register, one kelvin");
  });

  test("U04 an unknown name, a wrong password and a disabled account get the very same answer", async () => {
    const known = await newPerson(port);
    const disabled = await newPerson(port);
    assert.equal(gatehouse.command("account", "disable", disabled.username).status, 0);
    const wrong = "not the password 99";
    const answers = [
      await login(port, { username: freshName() }, wrong),
      await login(port, known, wrong),
      await login(port, disabled),
      await ask(port, "/v1/login", { body: { email: known.email, password: wrong, refresh_in: "body" } }),
      await ask(port, "/v1/login", { body: { email: "nobody@example.org", password: wrong, refresh_in: "body" } }),
    ];
    for (const answer of answers) assert.deepEqual(comparable(answer), comparable(answers[0]!));
    assert.equal(answers[0]!.status, 401);
    assert.equal(answers[0]!.headers["set-cookie"], undefined);
  });

  test("U04 a taken username is told; a taken e-mail address gets the answer of a free one", async () => {
    const known = await register(port);
    const byName = await tryRegister({ username: known.username, email: `${freshName()}@example.org`, password });
    assert.equal(byName.status, 409);
    assert.ok(!byName.body.includes(known.username));
    const taken = await tryRegister({ username: freshName(), email: known.email.toUpperCase(), password });
    const free = await tryRegister({ username: freshName(), email: `${freshName()}@example.org`, password });
    assert.equal(taken.status, 201);
    assert.deepEqual(Object.keys(taken.json), Object.keys(free.json));
    assert.equal(taken.json.email_verified, false);
  });

  test("U04 where no mail asks for the address, a taken one gets the answer of a taken username", async (context) => {
    const believing = await Gatehouse.start({ settings: { "registration.verify_email": '"off"' } });
    context.after(() => believing.stop());
    const known = await register(believing.port);
    const attempt = (fields: object) => ask(believing.port, "/v1/register", { body: fields });
    const byName = await attempt({ username: known.username, email: `${freshName()}@example.org`, password });
    const byEmail = await attempt({ username: freshName(), email: known.email.toUpperCase(), password });
    assert.equal(byName.status, 409);
    assert.deepEqual(comparable(byName), comparable(byEmail));
    const signedIn = await ask(believing.port, "/v1/login", { body: { email: known.email, password, refresh_in: "body" } });
    assert.equal(signedIn.status, 200);
  });

  test("U04 the time a refusal takes is reported, known next to unknown", async (context) => {
    const known = await register(port);
    const times: Record<string, number[]> = { known: [], unknown: [] };
    for (let i = 0; i < 12; i++) {
      times["known"]!.push((await login(port, known, `wrong ${i}`, { headers: { "x-forwarded-for": `198.51.100.${i}` } })).milliseconds);
      const unknown = { username: freshName() };
      times["unknown"]!.push((await login(port, unknown, `wrong ${i}`, { headers: { "x-forwarded-for": `203.0.113.${i}` } })).milliseconds);
    }
    const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
    context.diagnostic(`median known ${median(times["known"]!).toFixed(1)} ms, unknown ${median(times["unknown"]!).toFixed(1)} ms`);
    assert.ok(median(times["unknown"]!) > 5, "an unknown account costs a hash, too");
  });

  test("B07 what a registration may not say is refused, named, and without effect", async () => {
    for (const [name, value] of Object.entries({ roles: ["admin"], role: "admin", tenant_id: "1", state: "active", id: "1", email_verified: true, is_admin: true, mfa_enabled: false })) {
      const answer = await tryRegister({ ...withPassword(password), [name]: value });
      assert.equal(answer.status, 400, name);
      assert.deepEqual(answer.json.errors.map((e: { field: string }) => e.field), [name]);
    }
    const person = await newPerson(port);
    for (const name of ["roles", "role", "tenant_id", "state", "id", "email_verified", "is_admin", "mfa_enabled"]) {
      const answer = await ask(port, "/v1/me", { method: "PATCH", headers: bearer(person.access), body: { [name]: "admin" } });
      assert.equal(answer.status, 400, name);
    }
    assert.deepEqual((await ask(port, "/v1/me", { headers: bearer(person.access) })).json.roles, ["member"]);
  });

  test("bad input names its field and leaves nothing behind", async () => {
    const { username, email } = withPassword("");
    const bodies: [object, string][] = [
      [{ username, email, password: 12 }, "password"],
      [{ username, email: [email], password }, "email"],
      [{ username, email: `${email}\r\nBcc: x@example.org`, password }, "email"],
      [{ username, email: "a@b@c", password }, "email"],
      [{ username: null, email, password }, "username"],
      [{ email, password }, "username"],
      [{ username, email }, "password"],
    ];
    for (const [body, field] of bodies) {
      const answer = await tryRegister(body);
      assert.equal(answer.status, 400);
      assert.equal(answer.headers["content-type"], "application/problem+json");
      assert.ok(answer.json.errors.some((e: { field: string }) => e.field === field), `${field}: ${answer.body}`);
    }
    const headers = { "content-type": "application/json" };
    for (const text of ["", "[]", "null", "{", '{"username":"a","username":"b"}', '{"a":' + "[".repeat(40) + "]".repeat(40) + "}", "\xef\xbb\xbf{}"]) {
      assert.equal((await ask(port, "/v1/register", { body: text, headers, method: "POST" })).status, 400, text);
    }
    assert.equal((await tryRegister({ username, email, password })).status, 201);
  });

  test("H06 a body of a thousand colliding or nested members is refused at once", async () => {
    const headers = { "content-type": "application/json" };
    const members = Array.from({ length: 600 }, (_, i) => `"k${i}":1`).join(",");
    for (const text of [`{${members}}`, "[".repeat(4000), `{"a":${"[".repeat(1000)}`]) {
      const answer = await ask(port, "/v1/login", { body: text, headers });
      assert.ok([400, 413].includes(answer.status));
    }
  });
});

describe("guessing passwords", () => {
  const from = (address: string) => ({ headers: { "x-forwarded-for": address } });

  test("U07 a hundred wrong passwords at once count a hundred", async () => {
    const gatehouse = await Gatehouse.start({ settings: { "password.hash_queue": "1000", "password.hash_max_wait": '"30s"' } });
    try {
      const person = await register(gatehouse.port);
      const began = Date.now();
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, i) => login(gatehouse.port, person, `wrong number ${i}`, from("198.51.100.7"))),
      );
      const statuses = answers.map((answer) => answer.status);
      // Behind the fifth the waits begin, with a second: on a busy machine one or two of them pass.
      assert.ok(statuses.filter((s) => s === 401).length <= 8, `${statuses.filter((s) => s === 401).length} were tried`);
      assert.ok(statuses.every((s) => s === 401 || s === 429));
      for (const answer of answers.filter((a) => a.status === 429)) assert.match(String(answer.headers["retry-after"]), /^\d+$/);
      const right = await login(gatehouse.port, person, password, from("198.51.100.7"));
      assert.ok(right.status === 429 || Date.now() - began > 1000, "the right one has to wait, too");
    } finally {
      await gatehouse.stop();
    }
  });

  test("U06 who is attacked from elsewhere can still sign in, and names and addresses count as one", async () => {
    const gatehouse = await Gatehouse.start({ settings: { "registration.verify_email": '"off"' } });
    try {
      const port = gatehouse.port;
      const person = await register(port);
      const attacker = from("198.51.100.8");
      const names = [person.username, person.username.toUpperCase()];
      for (let i = 0; i < 4; i++) await login(port, { username: names[i % 2]! }, `wrong ${i}`, attacker);
      const byEmail = () => ask(port, "/v1/login", { ...attacker, body: { email: person.email.toUpperCase(), password: "wrong again" } });
      const statuses = [];
      for (let i = 0; i < 3; i++) statuses.push((await byEmail()).status);
      assert.ok(statuses.includes(429), String(statuses));
      assert.equal((await login(port, person, password, from("203.0.113.9"))).status, 200);
    } finally {
      await gatehouse.stop();
    }
  });
});
