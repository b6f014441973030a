// The audit log of a running installation: what is in it, who may read it, and that nobody changes it unnoticed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer, raw } from "./support/http.js";
import { newAdministrator } from "./support/factors.js";
import { login, logout, newPerson, refresh, type Person, type SignedIn } from "./support/people.js";
import { until } from "./support/until.js";

type AuditEvent = { type: string; actor?: string; subject?: string; fields: Record<string, string> };

describe("the audit log", () => {
  let gatehouse: Gatehouse;
  let admin: Person & SignedIn;
  before(async () => {
    gatehouse = await Gatehouse.start({ tables: '[[gate.rule]]\npath = "/desk/**"\nroles = ["admin"]\n' });
    admin = await newAdministrator(gatehouse.port, (name) => gatehouse.command("account", "set-roles", name, "admin"));
  });
  after(() => gatehouse.stop());

  const get = (path: string) => ask(gatehouse.port, path, { headers: bearer(admin.access) });
  const database = () => join(gatehouse.data, "gatehouse.db");
  const sql = (query: string, file = database()) => execFileSync("sqlite3", [file, query], { encoding: "utf8" }).trim();
  // Until everything recorded so far is sealed.
  const sealed = () =>
    until("everything is sealed", 20, () => !/not sealed yet/.test(gatehouse.command("audit", "verify").output));

  test("holds what happened to an account, and by whom", async () => {
    const person = await newPerson(gatehouse.port);
    await login(gatehouse.port, person, "another lantern 4711");
    await logout(gatehouse.port, person.refresh);
    gatehouse.command("account", "disable", person.username);
    const events: AuditEvent[] = (await get(`/v1/admin/audit?subject=${person.id}`)).json.events;
    assert.deepEqual(
      events.map((event) => event.type),
      ["account.disabled", "session.ended", "sign_in.failed", "sign_in.succeeded", "account.registered"],
    );
    assert.equal(events[0]!.fields["by"], "operator");
    assert.equal(events[1]!.fields["reason"], "sign_out");
    assert.equal(events[2]!.fields["reason"], "wrong_password");
    const all = JSON.stringify(events);
    for (const secret of [person.username, person.email, person.access, person.refresh, "lantern"]) {
      assert.ok(!all.includes(secret), secret);
    }
  });

  test("is for those with audit:read", async () => {
    const person = await newPerson(gatehouse.port);
    for (const path of ["/v1/admin/audit", "/v1/admin/audit/export", "/v1/admin/security-events", "/v1/admin/errors"]) {
      assert.equal((await ask(gatehouse.port, path)).status, 401, path);
      assert.equal((await ask(gatehouse.port, path, { headers: bearer(person.access) })).status, 403, path);
      assert.equal((await get(path)).status, 200, path);
    }
  });

  test("holds who asked for what they may not, and how often, without growing with it", async () => {
    const person = await newPerson(gatehouse.port);
    for (let i = 0; i < 20; ++i) await ask(gatehouse.port, "/v1/admin/audit", { headers: bearer(person.access) });
    const denied = async (): Promise<AuditEvent[]> => (await get(`/v1/admin/audit?type=access.denied&actor=${person.id}`)).json.events;
    await until("it is recorded", 20, async () => (await denied()).length > 0);
    const events = await denied();
    assert.equal(events.length, 1);
    assert.equal(events[0]!.fields["route"], "/v1/admin/audit");
    assert.equal(events[0]!.fields["permission"], "audit:read");
  });

  test("holds what the gate refused and what no parser takes, and how often", async () => {
    const person = await newPerson(gatehouse.port);
    const check = (url: string) =>
      ask(gatehouse.port, "/gate/check", { headers: { ...bearer(person.access), "x-original-url": url, "x-original-method": "DELETE" } });
    for (let i = 0; i < 20; ++i) assert.equal((await check("/desk/1?token=canary")).status, 403);
    await raw(gatehouse.port, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    const found = async (query: string): Promise<AuditEvent[]> => (await get(`/v1/admin/audit?${query}`)).json.events;
    await until("it is recorded", 20, async () => (await found(`type=access.denied&actor=${person.id}`)).length > 0);
    const { times, ...what } = (await found(`type=access.denied&actor=${person.id}`))[0]!.fields;
    assert.deepEqual(what, { gate_reason: "not_permitted", gate_rule: "1", method: "DELETE" });
    assert.ok(Number(times) >= 1 && Number(times) <= 20, times);
    await until("the malformed request is", 20, async () => (await found("type=requests.malformed")).length > 0);
    assert.ok(!JSON.stringify(await found("")).includes("canary"));
    const security = (await get(`/v1/admin/security-events?subject=${person.id}`)).json.events as AuditEvent[];
    assert.deepEqual(security.map((event) => event.type), ["access.denied"]);
  });

  test("a stolen refresh token is a security event", async () => {
    const person = await newPerson(gatehouse.port);
    let token = person.refresh;
    for (let i = 0; i < 2; ++i) token = (await refresh(gatehouse.port, token)).json.refresh_token;
    await refresh(gatehouse.port, person.refresh); // two behind: whoever has it is not the owner's tab
    const events: AuditEvent[] = (await get(`/v1/admin/security-events?subject=${person.id}`)).json.events;
    assert.deepEqual(
      events.map((event) => event.type),
      ["session.refresh_reuse"],
    );
  });

  test("an answer 500 is found by the error_id that its caller was told, over HTTP and by command", async () => {
    sql("ALTER TABLE factor RENAME TO away");
    const failed = await ask(gatehouse.port, "/v1/factors", { headers: bearer(admin.access) });
    sql("ALTER TABLE away RENAME TO factor");
    assert.equal(failed.status, 500, failed.body);
    const { error_id } = failed.json as { error_id: string };
    const find = () => get(`/v1/admin/errors/${error_id}`);
    await until("it is written down", 20, async () => (await find()).status === 200);
    const { json } = await find();
    assert.equal(json.route, "/v1/factors");
    assert.equal(json.status, 500);
    const shown = gatehouse.command("errors", "show", error_id);
    assert.equal(shown.status, 0, shown.output);
    assert.match(shown.output, new RegExp(`${error_id}  500  internal-error  /v1/factors`));
    assert.match(gatehouse.command("errors", "list").output, new RegExp(error_id));
    assert.equal(gatehouse.command("errors", "show", "0".repeat(32)).status, 1);
  });

  test("L01 a hostile user agent and username leave every line of log and export whole", async () => {
    // What a client of HTTP can put there at all: no C0 controls, but C1, line separators and quotes.
    const agent = "x\u009b31m \u2028 \"},{\"event\":\"forged\"} \u0085";
    const person = await newPerson(gatehouse.port);
    await login(gatehouse.port, person, "wrong lantern 4711", { headers: { "user-agent": Buffer.from(agent).toString("latin1") } });
    await login(gatehouse.port, { username: "forged\r\n{\"event\":\"forged\"}\u001b[2J" });
    await sealed();
    for (const line of gatehouse.process.lines) {
      assert.ok(!/[\u0000-\u001f\u0085\u2028]/.test(line), line);
      if (line.startsWith("{")) assert.notEqual(JSON.parse(line).event, "forged");
    }
    const { status, output } = gatehouse.command("audit", "export");
    assert.equal(status, 0);
    for (const line of output.trimEnd().split("\n")) JSON.parse(line);
  });

  test("L04 an export verifies on its own, and not when a byte of it is another", async () => {
    await newPerson(gatehouse.port);
    await sealed();
    const { output } = gatehouse.command("audit", "export");
    const kid = JSON.parse(gatehouse.command("audit", "key").output).kid as string;
    const file = join(gatehouse.folder, "audit.ndjson");
    const verify = (text: string) => {
      writeFileSync(file, text);
      return gatehouse.command("audit", "verify", "--file", file, "--key", kid);
    };
    assert.equal(verify(output).status, 0);
    const changed = verify(output.replace("sign_in.succeeded", "sign_in.sucCeeded"));
    assert.equal(changed.status, 1);
    assert.match(changed.output, /event \d+: altered/);
    assert.equal(verify(output.split("\n").slice(0, -3).join("\n")).status, 1);
    assert.equal((await get("/v1/admin/audit/export")).body.split("\n").length > 5, true);
  });

  test("L04 a running installation verifies; a row that was changed, removed or replaced is named", async () => {
    await newPerson(gatehouse.port);
    await sealed();
    const copy = join(gatehouse.folder, "copy");
    const verified = (change: (file: string) => void) => {
      cpSync(gatehouse.data, copy, { recursive: true, force: true, filter: (path) => !/gatehouse\.db|control\.sock/.test(path) });
      const file = join(copy, "gatehouse.db");
      for (const suffix of ["-wal", "-shm"]) execFileSync("rm", ["-f", file + suffix]);
      execFileSync("rm", ["-f", file]);
      sql(`VACUUM INTO '${file}'`);
      change(file);
      return gatehouse.command("audit", "verify", "--data", copy);
    };
    const drop = "DROP TRIGGER audit_event_is_never_changed; DROP TRIGGER audit_event_goes_by_retention_alone;";
    assert.equal(verified(() => undefined).status, 0);
    assert.throws(() => verified((file) => sql("DELETE FROM audit_event", file)), /append-only/);

    const byte = verified((file) => {
      const bytes = readFileSync(file);
      const at = bytes.indexOf("sign_in.succeeded{");
      assert.ok(at > 0);
      bytes[at + 8] = "S".charCodeAt(0);
      writeFileSync(file, bytes);
    });
    assert.equal(byte.status, 1);
    assert.match(byte.output, /event \d+: altered/);

    const gone = verified((file) => sql(`${drop} DELETE FROM audit_event WHERE seq = 2`, file));
    assert.equal(gone.status, 1);
    assert.match(gone.output, /^event 2: missing/m);
  });

  test("L04 an older database in place of the newer one is found, and the process says so", async () => {
    await newPerson(gatehouse.port);
    await sealed();
    await gatehouse.process.stop();
    const old = join(gatehouse.folder, "old.db");
    copyFileSync(database(), old);
    await gatehouse.start();
    await newPerson(gatehouse.port);
    await sealed();
    await gatehouse.process.stop();
    for (const suffix of ["-wal", "-shm"]) execFileSync("rm", ["-f", database() + suffix]);
    copyFileSync(old, database());
    const found = gatehouse.command("audit", "verify");
    assert.equal(found.status, 1);
    assert.match(found.output, /had been sealed, but the log ends with batch/);
    await gatehouse.start();
    await gatehouse.event("audit_history_lost");
    await sealed();
    assert.equal(gatehouse.command("audit", "verify").status, 0);
    assert.equal(sql("SELECT count(*) FROM audit_event WHERE type = 'audit.history_lost'"), "1");
  });
});
