// What a client may try on nginx itself: headers that pass for the gate's, other paths, other methods.
import assert from "node:assert/strict";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { request } from "node:https";
import { after, before, beforeEach, describe, test } from "node:test";
import { Application } from "./support/application.js";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer, raw } from "./support/http.js";
import { Nginx } from "./support/nginx.js";
import { login, newPerson, register, type Person, type SignedIn } from "./support/people.js";
import { Stack } from "./support/stack.js";

const rules = `
[[gate.rule]]
path = "/public/**"
require = "public"

[[gate.rule]]
path = "/admin/**"
roles = ["admin"]

[[gate.rule]]
path = "/closed"
require = "deny"
`;

describe("the gateway", () => {
  let stack: Stack;
  let site: number;
  let person: Person & SignedIn;
  before(async () => {
    stack = await Stack.start({ tables: rules, settings: { "gate.sign_in_url": '"https://app.example/sign-in"' } });
    site = stack.nginx.port;
    person = await newPerson(site);
  });
  after(() => stack.stop());
  beforeEach(() => (stack.application.seen.length = 0));

  const forged = {
    "X-User-Id": "1",
    "X-Auth-Subject": "admin",
    "x-auth-roles": "admin",
    "X-AUTH-SCOPE": "everything",
    "X-Auth-Session": "s",
    "X-Auth-Decision": "allow",
    "X-Auth-Request-User": "admin",
    "X-Auth-Request-Email": "admin@example.org",
    "X-Auth-Request-Groups": "admin",
    "X-Forwarded-User": "admin",
    "X-Forwarded-Email": "admin@example.org",
    "X-Forwarded-For": "10.0.0.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Real-IP": "10.0.0.1",
    "Remote-User": "admin",
    "Forwarded": "for=10.0.0.1",
    "X_Auth_Subject": "admin",
    "CF-Connecting-IP": "10.0.0.1",
  };

  for (const [path, subject] of [["/page", true], ["/public/page", false]] as const) {
    test(`G01 the application sees only the gate's values on ${path}`, async () => {
      const headers = { ...forged, ...(subject ? bearer(person.access) : {}) };
      assert.equal((await ask(site, path, { headers })).status, 200);
      const seen = stack.application.seen.at(-1)!.headers;
      assert.equal(seen["x-auth-subject"], subject ? person.id : undefined);
      assert.equal(seen["x-auth-session"], subject ? person.session : undefined);
      assert.equal(seen["x-forwarded-for"], "127.0.0.1");
      assert.equal(seen["x-real-ip"], "127.0.0.1");
      assert.equal(seen["x-forwarded-proto"], "http");
      assert.equal(seen["x-forwarded-host"], "127.0.0.1");
      assert.notEqual(seen["x-auth-roles"], "admin");
      const all = JSON.stringify(seen);
      for (const lie of ["admin", "10.0.0.1", "evil.example", "everything", "allow"]) assert.ok(!all.includes(lie), lie);
    });
  }

  for (const name of ["X-Forwarded-Uri", "X-Original-URL", "X-Original-URI", "X-Rewrite-URL", "X-Forwarded-Prefix"]) {
    test(`G04 ${name}: /public on a request for /admin does not open it`, async () => {
      const lie = { [name]: "/public/page", "X-Original-Method": "GET", "X-Forwarded-Method": "GET" };
      assert.equal((await ask(site, "/admin/page", { headers: lie })).status, 401);
      assert.equal((await ask(site, "/admin/page", { headers: { ...lie, ...bearer(person.access) } })).status, 403);
      assert.equal(stack.application.seen.length, 0);
    });
  }

  test("G04 the bare gate refuses a request that two proxies describe differently", async () => {
    const headers = {
      ...{ "x-original-url": "http://a.example/public/x", "x-original-method": "GET" },
      ...{ "x-forwarded-uri": "/admin/x", "x-forwarded-method": "GET" },
    };
    const answer = await ask(stack.gatehouse.port, "/gate/check", { headers });
    assert.ok(answer.status >= 400 && answer.status < 500, String(answer.status));
  });

  const aliases = [
    "/public/../admin/x", "/public/%2e%2e/admin/x", "/public/..%2fadmin/x", "/public/..;/admin/x", "//admin/x",
    "/./admin/x", "/admin%2fx", "/%61dmin/x", "/public/..%5cadmin/x", "/public/%252e%252e/admin/x", "/admin/x?/public/",
    "/admin/x#/public/", "/public/%00/../../admin/x", "/admin/x/..;/../x",
  ];
  for (const path of aliases) {
    test(`G04 ${path} is never judged as public`, async () => {
      const { text } = await raw(site, `GET ${path} HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n`);
      assert.match(text, /^HTTP\/1\.1 (400|401|403|404) /);
      assert.equal(stack.application.seen.length, 0);
    });
  }

  for (const agent of ["kube-probe/1.29", "GoogleHC/1.0", "ELB-HealthChecker/2.0", "Prometheus/2.50"]) {
    test(`G05 User-Agent ${agent} opens nothing`, async () => {
      assert.equal((await ask(site, "/page", { headers: { "User-Agent": agent } })).status, 401);
      assert.equal(stack.application.seen.length, 0);
    });
  }

  const chains = ["a", "::", "999.1.1.1", "", ",,,", "127.0.0.1", "unknown", Array(800).fill("10.1.1.1").join(",")];
  for (const chain of chains) {
    test(`G09 X-Forwarded-For "${chain.slice(0, 20)}" changes no answer`, async () => {
      const headers = { "X-Forwarded-For": chain };
      for (const port of [site, stack.gatehouse.port]) {
        assert.equal((await login(port, person, undefined, { headers })).status, 200);
        assert.equal((await login(port, person, "a wrong password", { headers })).status, 401);
      }
      assert.equal((await ask(site, "/admin/page", { headers })).status, 401);
    });
  }

  test("G09 a chain of 1,000 addresses is too long a header, not another client", async () => {
    const headers = { "X-Forwarded-For": Array(1000).fill("10.1.1.1").join(",") };
    assert.equal((await ask(site, "/page", { headers })).status, 400);
    assert.equal((await ask(stack.gatehouse.port, "/v1/me", { headers })).status, 431);
  });

  for (const method of ["TRACE", "CONNECT", "PROPFIND", "MKCOL", "TRACK", "DEBUG", "FOO"]) {
    test(`G13 ${method} reaches no application`, async () => {
      const target = method === "CONNECT" ? "127.0.0.1:22" : "/page";
      const request = (port: number) =>
        raw(port, `${method} ${target} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${person.access}\r\nConnection: close\r\n\r\n`);
      assert.match((await request(site)).text, /^HTTP\/1\.1 (405|400|501) /);
      assert.match((await request(stack.gatehouse.port)).text, /^HTTP\/1\.1 (404|405|400|501) /);
      assert.equal(stack.application.seen.length, 0);
    });
  }

  for (const name of ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]) {
    test(`G13 ${name} never arrives`, async () => {
      assert.equal((await ask(site, "/page", { headers: { [name]: "DELETE", ...bearer(person.access) } })).status, 200);
      assert.equal(stack.application.seen.at(-1)!.method, "GET");
      assert.equal(stack.application.seen.at(-1)!.headers[name.toLowerCase()], undefined);
    });
  }

  test("G13 GET with a body on a protected path stops at the gate", async () => {
    assert.equal((await ask(site, "/page", { method: "GET", body: "a=1" })).status, 401);
    assert.equal(stack.application.seen.length, 0);
  });

  test("G12 a page that is opened goes to the sign-in, and back to a path of this site only", async () => {
    const navigation = { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };
    for (const path of ["/page?a=1&b=2", "//evil.example/", "/\\evil.example", "/x?rd=https://evil.example/%0d%0aSet-Cookie:a"]) {
      const answer = await ask(site, path, { headers: navigation });
      if (answer.status === 403 || answer.status === 401) continue;
      assert.equal(answer.status, 302, path);
      const where = new URL(answer.headers.location!);
      assert.equal(where.origin + where.pathname, "https://app.example/sign-in");
      const back = new URL(where.searchParams.get("return_to")!, "https://app.example/");
      assert.equal(back.origin, "https://app.example", path);
      assert.equal(answer.headers["set-cookie"], undefined);
    }
  });

  test("a page with a long address leads to the sign-in, too, and not back", async () => {
    const headers = { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };
    const answer = await ask(site, `/page?x=${"a".repeat(6000)}`, { headers });
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.location, "https://app.example/sign-in?return_to=/");
  });

  test("a fetch gets a plain 401 and no redirect", async () => {
    for (const mode of ["cors", "same-origin", "no-cors"]) {
      const answer = await ask(site, "/page", { headers: { "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": "empty" } });
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.location, undefined);
      assert.match(String(answer.headers["www-authenticate"]), /^Bearer/);
      assert.equal(answer.headers["cache-control"], "no-store");
    }
  });

  test("403 for who is signed in and may not, and for what nobody may", async () => {
    assert.equal((await ask(site, "/admin/x", { headers: bearer(person.access) })).status, 403);
    assert.equal((await ask(site, "/closed", { headers: bearer(person.access) })).status, 403);
    assert.equal(stack.application.seen.length, 0);
  });

  test("the gate itself can't be reached through nginx", async () => {
    for (const path of ["/gate/check", "/_gatehouse_check", "/gate/", "/gate//check", "/metrics", "/readyz"]) {
      const answer = await ask(site, path, { headers: { "x-original-url": "/public/x", "x-original-method": "GET" } });
      assert.ok([401, 404].includes(answer.status), `${path}: ${answer.status}`);
    }
  });

  test("a new person's roles are the configured ones", async () => {
    const fresh = await register(site);
    const answer = await login(site, fresh);
    await ask(site, "/page", { headers: bearer(answer.json.access_token) });
    assert.equal(stack.application.seen.at(-1)!.headers["x-auth-roles"], "member");
  });
});

describe("the gateway over TLS", () => {
  let gatehouse: Gatehouse;
  let application: Application;
  let nginx: Nginx;
  before(async () => {
    application = await Application.start();
    const settings = { "server.public_url": '"https://app.example"' };
    gatehouse = await Gatehouse.start({ tables: '[[gate.rule]]\npath = "/public/**"\nrequire = "public"\n', settings });
    nginx = await Nginx.start(gatehouse.port, application.port, undefined, true);
  });
  after(() => Promise.all([nginx?.stop(), gatehouse?.stop(), application?.stop()]));

  const over = (path: string, method: string, headers: OutgoingHttpHeaders = {}): Promise<IncomingMessage> =>
    new Promise((done, failed) => {
      const options = { host: "127.0.0.1", port: nginx.port, path, method, headers, rejectUnauthorized: false, agent: false };
      request(options, (answer) => (answer.resume(), done(answer))).on("error", failed).end();
    });
  const navigation = { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };
  const cases: [string, number, string, string, OutgoingHttpHeaders?][] = [
    ["the application", 200, "GET", "/public/page"],
    ["Gatehouse", 401, "GET", "/v1/me"],
    ["the gate's refusal", 401, "GET", "/page"],
    ["the way to the sign-in", 302, "GET", "/page", navigation],
    ["what nginx does not have", 404, "GET", "/gate/check"],
    ["what nginx does not do", 405, "PROPFIND", "/page"],
    ["what nginx can't read", 400, "GET", "/public/page", { "X-Long": "a".repeat(20_000) }],
  ];
  for (const [who, status, method, path, headers] of cases) {
    test(`${who} says ${status}, HSTS and nosniff, once`, async () => {
      const answer = await over(path, method, headers);
      assert.equal(answer.statusCode, status);
      assert.equal(answer.headers["strict-transport-security"], "max-age=31536000; includeSubDomains");
      assert.equal(answer.headers["x-content-type-options"], "nosniff");
    });
  }
});
