// H04, H05, T14, P03: too long, too many, too slow. Refused early, with memory flat and everyone else served.
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { ask, bearer, raw } from "./support/http.js";
import { freshName, login, newPerson, password, register, type Person, type SignedIn } from "./support/people.js";
import { Stack } from "./support/stack.js";

const repeat = (count: number, make: (i: number) => string) => Array.from({ length: count }, (_, i) => make(i)).join("");

describe("oversized and slow requests", () => {
  let stack: Stack;
  let person: Person & SignedIn;
  before(async () => {
    const settings = { "server.header_timeout": '"400ms"', "server.body_timeout": '"400ms"', "server.write_timeout": '"400ms"' };
    stack = await Stack.start({ settings });
    person = await newPerson(stack.gatehouse.port);
  });
  after(() => stack.stop());

  const hashes = async () => {
    const { body } = await ask(stack.gatehouse.adminPort, "/metrics");
    return Number(/^gatehouse_runtime_pool_tasks_total\{pool="hashing"\} (\d+)$/m.exec(body)![1]);
  };
  const get = (target: string, headers = "") => `GET ${target} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;
  const long: [string, string, RegExp][] = [
    ["a request line of 9 kB", get("/" + "a".repeat(9000)), /^(414|431)$/],
    ["a header line of 9 kB", get("/v1/me", `X: ${"a".repeat(9000)}\r\n`), /^431$/],
    ["headers of 17 kB", get("/v1/me", repeat(4, (i) => `X${i}: ${"a".repeat(4500)}\r\n`)), /^431$/],
    ["200 headers", get("/v1/me", repeat(200, (i) => `X${i}: a\r\n`)), /^431$/],
    ["a header of 1 MB", get("/v1/me", `X: ${"a".repeat(1 << 20)}\r\n`), /^431$/],
    ["a request line of 1 MB", get("/" + "a".repeat(1 << 20)), /^414$/],
  ];
  for (const [name, text, wanted] of long) {
    test(`H04 ${name}`, async () => {
      const before = stack.gatehouse.process.residentKilobytes();
      const bare = await raw(stack.gatehouse.port, text);
      assert.match(String(bare.statuses[0]), wanted);
      assert.ok(bare.closed && bare.statuses.length === 1);
      assert.ok(stack.gatehouse.process.residentKilobytes() - before < 4096);
      const proxied = await raw(stack.nginx.port, text.replace("/v1/me", "/page"));
      assert.match(String(proxied.statuses[0]), /^(400|401|414|431)$/);
      assert.equal(stack.application.seen.length, 0);
    });
  }

  for (const path of ["/v1/login", "/v1/register", "/v1/refresh", "/v1/me/password"]) {
    test(`H04 P03 a body of 10 MB on ${path} is refused before it is read`, async () => {
      const before = stack.gatehouse.process.residentKilobytes();
      const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization: Bearer ${person.access}\r\n`;
      const answer = await raw(stack.gatehouse.port, `${head}Content-Length: 10485760\r\n\r\n{"username":"`);
      assert.deepEqual(answer.statuses, [413]);
      assert.ok(answer.closed);
      const streamed = await raw(stack.gatehouse.port, [`${head}Transfer-Encoding: chunked\r\n\r\n`, "a00000\r\n" + "a".repeat(100_000)]);
      assert.deepEqual(streamed.statuses, [413]);
      assert.ok(stack.gatehouse.process.residentKilobytes() - before < 4096);
      assert.equal((await ask(stack.nginx.port, path, { body: "a".repeat(10 << 20) }).catch(() => ({ status: 413 }))).status, 413);
    });
  }

  for (const size of [1025, 3000, 100_000]) {
    test(`P03 a password of ${size} bytes is refused without a hash`, async () => {
      const username = freshName();
      const secret = "Kx9 ".repeat(size).slice(0, size);
      const headers = bearer(person.access);
      const port = stack.gatehouse.port;
      const before = await hashes();
      const answers = [
        await ask(port, "/v1/register", { body: { username, email: `${username}@example.org`, password: secret } }),
        await ask(port, "/v1/login", { body: { username: person.username, password: secret } }),
        await ask(port, "/v1/me/password", { body: { current_password: password, new_password: secret }, headers }),
      ];
      for (const answer of answers) assert.match(String(answer.status), /^(400|401|413)$/);
      assert.match(String((await login(port, { username }, secret)).status), /^(400|401|413)$/);
      assert.equal(await hashes(), before);
    });
  }

  const deep = Buffer.from("[".repeat(10_000)).toString("base64url");
  const tokens: [string, string][] = [
    ["1 MB of dots", ".".repeat(1 << 20)],
    ["7 kB of dots", ".".repeat(7000)],
    ["a header segment of 500 kB", `${"e".repeat(500_000)}.e30.e30`],
    ["a header segment of 7 kB", `${"e".repeat(7000)}.e30.e30`],
    ["JSON nested 3,000 deep", `${deep.slice(0, 4000)}.e30.e30`],
  ];
  for (const [name, token] of tokens) {
    test(`T14 a token of ${name} costs nothing`, async () => {
      const before = stack.gatehouse.process.residentKilobytes();
      for (const path of ["/v1/me", "/gate/check"]) {
        const answer = await raw(stack.gatehouse.port, get(path, `Authorization: Bearer ${token}\r\nConnection: close\r\n`));
        assert.match(String(answer.statuses[0]), /^(401|431)$/);
      }
      assert.ok(stack.gatehouse.process.residentKilobytes() - before < 4096);
    });
  }

  // Keeps sending single bytes until the other side has had enough; resolves with how long that took.
  const dribble = (port: number, first: string, text: string, every: number) =>
    new Promise<number>((done) => {
      const began = performance.now();
      const socket: Socket = connect(port, "127.0.0.1", () => socket.write(first));
      let position = 0;
      const timer = setInterval(() => socket.write(text[position++ % text.length]!), every);
      socket.on("error", () => {});
      socket.resume().on("close", () => {
        clearInterval(timer);
        done(performance.now() - began);
      });
    });

  test("H05 slow headers and slow bodies are dropped at the timeout, and others are served meanwhile", async () => {
    const port = stack.gatehouse.port;
    const body = "POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2000\r\n\r\n";
    const slow = [
      ...Array.from({ length: 50 }, () => dribble(port, "GET /v1/me HTTP/1.1\r\n", "X-a: b\r\n", 100)),
      ...Array.from({ length: 50 }, () => dribble(port, body, " ", 100)),
    ];
    let served = 0;
    const all = Promise.all(slow);
    let ended = false;
    void all.then(() => (ended = true));
    while (!ended) {
      assert.equal((await ask(port, "/gate/check", { headers: bearer(person.access) })).status, 200);
      served++;
    }
    for (const milliseconds of await all) assert.ok(milliseconds < 5000, `dropped only after ${milliseconds} ms`);
    assert.ok(served > 0);
  });

  test("H05 slow headers are dropped by nginx, too", async () => {
    const milliseconds = await dribble(stack.nginx.port, "GET /page HTTP/1.1\r\n", "X-a: b\r\n", 500);
    assert.ok(milliseconds < 15_000);
    assert.equal(stack.application.seen.length, 0);
  });

  test("H05 a client that does not read its answers is dropped", async () => {
    const request = get("/.well-known/jwks.json");
    const socket = connect(stack.gatehouse.port, "127.0.0.1");
    socket.pause();
    const closed = new Promise<void>((done) => {
      socket.on("error", () => done());
      socket.on("close", () => done());
    });
    const write = () => {
      while (!socket.destroyed && socket.write(request.repeat(100)));
    };
    socket.on("drain", write);
    write();
    const before = stack.gatehouse.process.residentKilobytes();
    await Promise.race([closed, new Promise((done) => setTimeout(done, 8000, "still open"))]).then((outcome) => {
      assert.equal(outcome, undefined);
    });
    assert.ok(stack.gatehouse.process.residentKilobytes() - before < 8192);
  });
});

describe("many connections of one address", () => {
  let stack: Stack;
  before(async () => {
    const settings = { "server.max_connections_per_address": "20", "server.trusted_proxies": '["10.9.9.9/32"]' };
    stack = await Stack.start({ settings });
  });
  after(() => stack.stop());

  test("H05 500 connections of one address: twenty are served, the rest refused, and places come free again", async () => {
    const sockets = Array.from({ length: 500 }, () => connect(stack.gatehouse.port, "127.0.0.1"));
    const answered = await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<boolean>((done) => {
            socket.on("error", () => done(false));
            socket.on("close", () => done(false));
            socket.on("data", (data) => done(data.toString().startsWith("HTTP/1.1 200")));
            socket.on("connect", () => socket.write("GET /.well-known/jwks.json HTTP/1.1\r\nHost: a\r\n\r\n"));
          }),
      ),
    );
    const served = answered.filter(Boolean).length;
    assert.ok(served > 0 && served <= 20, `${served} were served`);
    for (const socket of sockets) socket.destroy();
    for (let attempt = 0; ; attempt++) {
      const answer = await ask(stack.gatehouse.port, "/.well-known/jwks.json").catch(() => undefined);
      if (answer?.status === 200) break;
      assert.ok(attempt < 200, "no place came free");
    }
    await register(stack.gatehouse.port);
  });
});
