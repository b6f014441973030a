// G10, G11: one client is one bucket, whatever it writes about itself and however it spells the path.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask, type Answer } from "./support/http.js";
import { freshName, login, register } from "./support/people.js";
import { Stack } from "./support/stack.js";

const tight = {
  "limit.sign_in_burst": "10",
  "limit.sign_in_per_second": "0.001",
  "limit.everything_burst": "60",
  "limit.everything_per_second": "0.001",
  "limit.registration_burst": "3",
  "limit.registration_per_second": "0.001",
};

const count = (answers: Answer[], status: number) => answers.filter((answer) => answer.status === status).length;

describe("rate limits", () => {
  let stack: Stack;
  before(async () => {
    stack = await Stack.start({ settings: tight });
  });
  after(() => stack.stop());
  const attempts = async (times: number, make: (i: number) => Promise<Answer>) => {
    const answers: Answer[] = [];
    for (let i = 0; i < times; i++) answers.push(await make(i));
    return answers;
  };
  const body = () => ({ username: freshName(), password: "wrong all the time" });

  test("G10 through nginx no header of the client's makes it another client", async () => {
    const names = ["X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "Forwarded", "True-Client-IP", "X-Client-IP"];
    const answers = await attempts(30, (i) => {
      const address = `10.1.${i}.1`;
      const headers = Object.fromEntries(names.map((name) => [name, name === "Forwarded" ? `for=${address}` : address]));
      return ask(stack.nginx.port, "/v1/login", { body: body(), headers });
    });
    assert.equal(count(answers, 429), 20);
    const last = answers.at(-1)!;
    assert.match(String(last.headers["retry-after"]), /^\d+$/);
    assert.ok(last.headers["ratelimit"] && last.headers["ratelimit-policy"]);
    assert.equal(last.headers["content-type"], "application/problem+json");
  });

  test("G10 behind a trusted proxy only the rightmost address counts", async () => {
    const answers = await attempts(15, (i) =>
      ask(stack.gatehouse.port, "/v1/login", { body: body(), headers: { "x-forwarded-for": `10.2.${i}.1, 192.0.2.50` } }),
    );
    assert.equal(count(answers, 429), 5);
  });

  test("G10 the addresses of one IPv6 /64 are one client, another /64 is another", async () => {
    const answers = await attempts(15, (i) =>
      ask(stack.gatehouse.port, "/v1/login", { body: body(), headers: { "x-forwarded-for": `2001:db8:1:2:${i + 1}::${i}` } }),
    );
    assert.equal(count(answers, 429), 5);
    const other = await ask(stack.gatehouse.port, "/v1/login", { body: body(), headers: { "x-forwarded-for": "2001:db8:1:3::1" } });
    assert.equal(other.status, 401);
  });

  test("G11 no spelling of the path has a bucket of its own", async () => {
    const client = { "x-forwarded-for": "192.0.2.60" };
    const used = await attempts(10, () => ask(stack.gatehouse.port, "/v1/login", { body: body(), headers: client }));
    assert.equal(count(used, 429), 0);
    for (const path of ["/v1/login", "/v1/login/", "//v1/login", "/V1/LOGIN", "/v1/login?x=1", "/v1/./login", "/v1/%6cogin", "/v1/login;a"]) {
      const answer = await ask(stack.gatehouse.port, path, { body: body(), headers: client });
      assert.ok([404, 429].includes(answer.status), `${path}: ${answer.status}`);
    }
  });

  test("G11 letter case and e-mail of one account are one bucket", async () => {
    const person = await register(stack.gatehouse.port);
    const from = (i: number) => ({ headers: { "x-forwarded-for": `192.0.2.${100 + i}` } });
    const names = [person.username, person.username.toUpperCase(), person.username];
    const answers = await attempts(3, (i) => login(stack.gatehouse.port, { username: names[i]! }, "wrong", from(i)));
    assert.equal(count(answers, 401), 3);
  });

  test("registration and everything else have buckets of their own", async () => {
    const client = { "x-forwarded-for": "192.0.2.70" };
    const registered = await attempts(5, () => {
      const username = freshName();
      return ask(stack.gatehouse.port, "/v1/register", {
        headers: client,
        body: { username, email: `${username}@example.org`, password: "violet harbour 42 lanterns" },
      });
    });
    assert.deepEqual([count(registered, 201), count(registered, 429)], [3, 2]);
    const any = await attempts(70, () => ask(stack.gatehouse.port, "/.well-known/jwks.json", { headers: client }));
    assert.ok(count(any, 429) >= 10 && count(any, 200) >= 50, `${count(any, 200)} served`);
  });

  test("an address that sends bad tokens is slowed at the gate, and good tokens of others are not", async () => {
    const bad = await Stack.start({ settings: { "limit.bad_token_burst": "5", "limit.bad_token_per_second": "0.001", "server.loops": "1" } });
    try {
      const gate = { "x-original-url": "http://a.example/", "x-original-method": "GET" };
      const signature = Buffer.alloc(64, 1).toString("base64url");
      const person = await register(bad.gatehouse.port);
      const { access_token: good } = (await login(bad.gatehouse.port, person)).json;
      const [header, claims] = good.split(".");
      const statuses = [];
      for (let i = 0; i < 8; i++) {
        const headers = { ...gate, authorization: `Bearer ${header}.${claims}.${signature.slice(0, -2)}${String.fromCharCode(65 + i)}A`, "x-forwarded-for": "192.0.2.80" };
        statuses.push((await ask(bad.gatehouse.port, "/gate/check", { headers })).status);
      }
      assert.ok(statuses.includes(429), String(statuses));
      const headers = { ...gate, authorization: `Bearer ${good}`, "x-forwarded-for": "192.0.2.81" };
      assert.equal((await ask(bad.gatehouse.port, "/gate/check", { headers })).status, 200);
    } finally {
      await bad.stop();
    }
  });
});
