// A sign-in as a collector of traces sees it: where its time went, and nothing about who it was.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Collector, type Span } from "./support/collector.js";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer } from "./support/http.js";
import { freePort, makeFolder } from "./support/paths.js";
import { freshName, gateSays, login, newPerson, password, register } from "./support/people.js";
import { Postgres } from "./support/scale/postgres.js";
import { Redis } from "./support/scale/redis.js";
import { until } from "./support/until.js";

interface Caller {
  traceId: string;
  spanId: string;
  headers: { traceparent: string };
}
function caller(sampled: boolean): Caller {
  const [traceId, spanId] = [randomBytes(16).toString("hex"), randomBytes(8).toString("hex")];
  return { traceId, spanId, headers: { traceparent: `00-${traceId}-${spanId}-0${sampled ? 1 : 0}` } };
}

const attributes = (span: Span) => Object.fromEntries(span.attributes!.map(({ key, value }) => [key, value]));
// `hashing/run`: a span below its parent, by their names.
function pathOf(span: Span, spans: Span[]): string {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return parent === undefined ? span.name : `${pathOf(parent, spans)} > ${span.name}`;
}

describe("traces", () => {
  let collector: Collector;
  let gatehouse: Gatehouse;
  let site: number; // this test is the proxy: its address is trusted
  before(async () => {
    collector = await Collector.start();
    gatehouse = await Gatehouse.start({ settings: collector.settings });
    site = gatehouse.port;
  });
  after(async () => {
    await gatehouse.stop();
    await collector.stop();
  });

  test("a sign-in says where its time went, below the caller's span", async () => {
    const person = await register(site);
    const asked = caller(true);
    assert.equal((await login(site, person, password, { headers: asked.headers })).status, 200);
    const spans = await collector.trace(asked.traceId);

    const request = spans[0]!;
    assert.equal(request.name, "POST /v1/login");
    assert.equal(request.kind, 2);
    assert.equal(request.parentSpanId, asked.spanId);
    assert.deepEqual(attributes(request), {
      "http.request.method": { stringValue: "POST" },
      "http.route": { stringValue: "/v1/login" },
      "http.response.status_code": { intValue: "200" },
    });

    const paths = spans.map((span) => pathOf(span, spans));
    for (const expected of [
      "POST /v1/login > hashing > wait",
      "POST /v1/login > hashing > run",
      "POST /v1/login > db.read > storage > wait",
      "POST /v1/login > db.read > storage > run > SELECT",
      "POST /v1/login > db.write > wait",
      "POST /v1/login > db.write > run > INSERT",
    ]) {
      assert.ok(paths.includes(expected), `${expected} is not among\n${paths.join("\n")}`);
    }
    assert.equal(new Set(spans.map((span) => span.spanId)).size, spans.length);
    for (const span of spans.slice(1)) {
      const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
      assert.ok(parent !== undefined, `${span.name} has a parent in its trace`);
      assert.ok(BigInt(parent.startTimeUnixNano) <= BigInt(span.startTimeUnixNano), `${span.name} began in its parent`);
      assert.ok(BigInt(span.endTimeUnixNano) <= BigInt(parent.endTimeUnixNano), `${span.name} ended in its parent`);
    }
    assert.ok(collector.messages.every(({ path, type }) => path === "/v1/traces" && type === "application/json"));
  });

  test("requests at the same time keep their spans apart", async () => {
    const people = await Promise.all(Array.from({ length: 8 }, () => register(site)));
    const callers = people.map(() => caller(true));
    await Promise.all(callers.map(({ headers }, i) => login(site, people[i]!, password, { headers })));
    for (const { traceId } of callers) {
      const spans = await collector.trace(traceId);
      const count = (name: string) => spans.filter((span) => span.name === name).length;
      assert.deepEqual([count("POST /v1/login"), count("hashing"), count("db.write")], [1, 1, 1]);
    }
  });

  test("what a proxy has decided not to trace is not traced", async () => {
    const [no, yes] = [caller(false), caller(true)];
    await ask(site, "/v1/me", { headers: no.headers });
    await ask(site, "/v1/me", { headers: yes.headers });
    await collector.trace(yes.traceId);
    assert.equal(collector.spans().filter(({ traceId }) => traceId === no.traceId).length, 0);
  });

  test("L02 no canary is found in any byte of a trace", async () => {
    const canary = { username: "canarytraced", email: "canary.traced@canary-mail.example", password: "canary-Passw0rd 77 lamps" };
    const headers = { "user-agent": "canary-agent/1.0", ...caller(true).headers };
    const registered = await ask(site, "/v1/register", { body: canary, headers });
    assert.equal(registered.status, 201, registered.body);
    await ask(site, "/v1/login", { headers, body: { email: canary.email, password: "canary-Wrong lamps 78" } });
    const cookies = (await ask(site, "/v1/login", { headers, body: { username: canary.username, password: canary.password } })).cookies;
    const tokens = (await login(site, canary, canary.password, { headers })).json;
    const renewed = (await ask(site, "/v1/refresh", { headers, body: { refresh_token: tokens.refresh_token } })).json;
    const asCanary = { ...headers, ...bearer(renewed.access_token) };
    await ask(site, "/v1/me?canary-query=1", { headers: asCanary });
    await ask(site, `/v1/session/${tokens.session_id}`, { headers: asCanary });
    assert.equal(await gateSays(site, renewed.access_token, "http://app.example/page?canary-query=1"), 200);
    const last = caller(true);
    await ask(site, "/v1/logout", { headers: { ...headers, ...last.headers }, body: { refresh_token: renewed.refresh_token } });
    await collector.trace(last.traceId);

    const bytes = collector.messages.map(({ body }) => body).join("\n").toLowerCase();
    const secrets: string[] = [...Object.values(canary), ...Object.values(cookies), registered.json.id, tokens.session_id];
    secrets.push(tokens.access_token, tokens.refresh_token, renewed.access_token, renewed.refresh_token, "canary");
    for (const secret of secrets) {
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("hex"), Buffer.from(secret).toString("base64")]) {
        assert.ok(!bytes.includes(form.toLowerCase()), `${secret.slice(0, 24)} stands in a trace`);
      }
    }
    assert.ok(!bytes.includes("127.0.0.1"), "nor does anybody's address");
    assert.ok(bytes.includes("/v1/session/{id}"), "there are traces to look at");
  });
});

test("on PostgreSQL and with Redis a sign-in shows them, too", async () => {
  const folder = makeFolder();
  chmodSync(folder, 0o711); // PostgreSQL's own user has to pass
  mkdirSync(join(folder, "redis"));
  const running: { stop(): Promise<void> }[] = [];
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => (running.unshift(part), part);
  try {
    const collector = keep(await Collector.start());
    const passwords = { owner: "canary-owner", replication: "r", superuser: "s" };
    const postgres = keep(await Postgres.primary({ folder: join(folder, "pg"), passwords }));
    const redis = keep(await Redis.start(join(folder, "redis"), "canary-redis"));
    const settings = {
      "database.url": JSON.stringify(`postgresql://gatehouse:canary-owner@127.0.0.1:${postgres.port}/gatehouse`),
      "limit.redis_url": JSON.stringify(redis.url),
      "cluster.secret": '"canary-secret of more than 32 characters"',
    };
    const gatehouse = keep(await Gatehouse.start({ settings: { ...collector.settings, ...settings } }));
    const person = await register(gatehouse.port);
    const asked = caller(true);
    assert.equal((await login(gatehouse.port, person, password, { headers: asked.headers })).status, 200);
    const spans = await collector.trace(asked.traceId);
    const paths = spans.map((span) => pathOf(span, spans));
    for (const expected of [
      "POST /v1/login > redis",
      "POST /v1/login > db.read > storage > run > SELECT",
      "POST /v1/login > db.write > storage_write > wait",
      "POST /v1/login > db.write > storage_write > run > INSERT",
      "POST /v1/login > db.write > storage_write > run > COMMIT",
    ]) {
      assert.ok(paths.includes(expected), `${expected} is not among\n${paths.join("\n")}`);
    }
    assert.ok(collector.messages.every(({ body }) => !body.includes("canary") && !body.includes(person.id)));
  } finally {
    for (const part of running) await part.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("who is no proxy can't ask to be traced, nor choose a parent", async () => {
  const collector = await Collector.start();
  const settings = { ...collector.settings, "trace.sample_ratio": "0.0", "server.trusted_proxies": '["192.0.2.1/32"]' };
  const gatehouse = await Gatehouse.start({ settings });
  try {
    const asked = caller(true);
    assert.equal((await ask(gatehouse.port, "/v1/me", { headers: asked.headers })).status, 401);
    await gatehouse.process.stop();
    assert.deepEqual(collector.spans(), [], "what is sent is sent before the end");

    gatehouse.configure({ settings: { ...settings, "trace.sample_ratio": "1.0" } });
    await gatehouse.start();
    await ask(gatehouse.port, "/v1/me", { headers: asked.headers });
    const [request] = await collector.trace(asked.traceId);
    assert.equal(request!.parentSpanId, undefined);
  } finally {
    await gatehouse.stop();
    await collector.stop();
  }
});

test("a collector that is away costs traces and nothing else", async () => {
  const settings = { "trace.endpoint": `"http://127.0.0.1:${await freePort()}/v1/traces"`, "trace.sample_ratio": "1.0" };
  const gatehouse = await Gatehouse.start({ settings });
  try {
    await newPerson(gatehouse.port);
    const metric = async (line: RegExp) => line.test((await ask(gatehouse.adminPort, "/metrics")).body);
    await until("the collector is seen to be away", 20, () => metric(/^gatehouse_telemetry_collector_up 0$/m));
    await newPerson(gatehouse.port);
    assert.ok(await metric(/^gatehouse_telemetry_export_failures_total [1-9]/m));
    assert.equal(await gatehouse.process.stop(), 0);
  } finally {
    await gatehouse.stop();
  }
});

test("nothing is traced unless an endpoint is given", async () => {
  const gatehouse = await Gatehouse.start();
  try {
    const { status } = await login(gatehouse.port, { username: freshName() }, password, { headers: caller(true).headers });
    assert.equal(status, 401);
    assert.doesNotMatch((await ask(gatehouse.adminPort, "/metrics")).body, /gatehouse_telemetry_spans/);
  } finally {
    await gatehouse.stop();
  }
});
