// A member with unmistakable values everywhere does everything, is erased, and is looked for in every byte that is left.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import { describe, test } from "node:test";
import { App } from "./support/factors.js";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer, type Answer } from "./support/http.js";
import { Mailbox } from "./support/mailbox.js";
import { binary, environment, makeFolder } from "./support/paths.js";
import { gateSays, register, signIn } from "./support/people.js";
import { Postgres } from "./support/scale/postgres.js";
import { Redis } from "./support/scale/redis.js";
import { until } from "./support/until.js";

const canary = {
  username: "canaryusername77",
  newUsername: "canaryrenamed78",
  email: "canary.person@canary-mail.example",
  newEmail: "canary.moved@canary-moved.example",
  displayName: "Canary Display Name",
  agent: "canary-agent/9.7",
  address: "127.77.66.55",
  password: "canary-Passw0rd lanterns 77",
  newPassword: "canary-Second lanterns 78",
  wrongPassword: "canary-Wrong lanterns 79",
  factor: "Canary Telephone",
  renamedFactor: "Canary Tablet",
};

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const kind = statSync(path);
    return kind.isDirectory() ? filesBelow(path) : kind.isFile() ? [path] : [];
  });
}

// Where a value stands, as it is, in hexadecimal or in base64.
function placesOf(value: string, places: Map<string, string>): string[] {
  const bytes = Buffer.from(value);
  const forms = [value, value.toLowerCase(), bytes.toString("hex"), bytes.toString("base64").replace(/=+$/, "").slice(0, -1)];
  return [...places].filter(([, text]) => forms.some((form) => text.includes(form))).map(([place]) => `${value} in ${place}`);
}

// Everything a member can do; returns a token that worked to the end.
async function liveAsCanary(gatehouse: Gatehouse): Promise<string> {
  const { port } = gatehouse;
  const mailbox = new Mailbox(gatehouse);
  const agent = new Agent({ localAddress: canary.address });
  const send = (path: string, body?: object, token = "", method = body === undefined ? "GET" : "POST") =>
    ask(port, path, { method, body, agent, headers: { "user-agent": canary.agent, ...(token ? bearer(token) : {}) } });
  const done = async (status: number, answer: Promise<Answer>): Promise<Answer> => {
    const { body } = await answer;
    assert.equal((await answer).status, status, body);
    return answer;
  };
  const { username, email, password } = canary;
  const login = (name: string, secret: string) => send("/v1/login", { username: name, password: secret, refresh_in: "body" });

  // An invite that is never accepted: whoever was invited registers and moves to that address without it.
  const administrator = await register(port);
  assert.equal(gatehouse.command("account", "set-roles", administrator.username, "admin").status, 0);
  const { access } = await signIn(port, administrator);
  await done(201, send("/v1/admin/invites", { email: canary.newEmail, roles: ["member"] }, access));
  await mailbox.next(canary.newEmail);

  // Names and addresses, each proven by its letter.
  await done(201, send("/v1/register", { username, email, password }));
  await done(204, send("/v1/email/verify", { token: (await mailbox.next(email)).token }));
  await done(401, login(username, canary.wrongPassword));
  await done(202, send("/v1/password/forgot", { email }));
  await mailbox.next(email);
  const first = (await done(200, login(username, password))).json;
  const token = first.access_token as string;
  await done(200, send("/v1/me", { display_name: canary.displayName }, token, "PATCH"));
  await done(200, send("/v1/me", { username: canary.newUsername, current_password: password }, token, "PATCH"));
  await done(202, send("/v1/me/email", { email: canary.newEmail, password }, token));
  await done(204, send("/v1/email/change", { token: (await mailbox.next(canary.newEmail)).token }));
  await done(204, send("/v1/me/password", { current_password: password, new_password: canary.newPassword }, token));

  // Second factors, sign-ins with them, and an open request for a new password at the end.
  const begun = await done(201, send("/v1/factors/totp", { name: canary.factor }, token));
  const app = new App(begun.json.secret);
  const added = await done(201, send(`/v1/factors/totp/${begun.json.id}/confirm`, { code: app.code(-1) }, token));
  await done(200, send(`/v1/factors/${begun.json.id}`, { name: canary.renamedFactor }, token, "PATCH"));
  const secondStep = async (answer: object) => {
    const { transaction } = (await done(200, login(canary.newUsername, canary.newPassword))).json;
    return send("/v1/login/second-factor", { transaction, refresh_in: "body", ...answer });
  };
  await done(401, secondStep({ method: "totp", code: "000000" }));
  const last = await done(200, secondStep({ method: "recovery_code", code: added.json.codes[0] }));
  await done(200, send("/v1/refresh", { refresh_token: last.json.refresh_token }));
  await done(200, send("/v1/me", undefined, last.json.access_token));
  await done(200, send("/v1/sessions", undefined, last.json.access_token));
  await done(202, send("/v1/password/forgot", { email: canary.newEmail }));
  await mailbox.next(canary.newEmail);

  const data = await done(200, send("/v1/me/data", undefined, last.json.access_token));
  const held = [canary.newUsername, canary.newEmail, canary.email, canary.displayName, canary.agent, canary.address, canary.renamedFactor];
  for (const value of held) assert.ok(data.body.includes(value), `${value} is in the download`);
  for (const name of ["sessions", "devices", "mail_links", "factors", "events"]) assert.ok(data.json[name].length > 0, name);
  assert.ok(mailbox.files().length > 0);
  return last.json.access_token as string;
}

const everyCanary = (places: Map<string, string>) => Object.values(canary).flatMap((value) => placesOf(value, places));
const read = (files: string[]) => new Map(files.map((file) => [file, readFileSync(file, "latin1")]));

// What was backed up before the erasure, restored with the list of erased accounts.
function restoreElsewhere(folder: string, erased: string): string {
  const data = join(folder, "restored");
  const [from, key] = [join(folder, "before.backup"), join(folder, "before.key")];
  const how = ["--from", from, "--key", key, "--erased", erased, "--data", data];
  const done = spawnSync(binary, ["restore", ...how], { encoding: "utf8", env: environment });
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /^1 accounts that were erased/m);
  return data;
}

function backup(gatehouse: Gatehouse, folder: string, name: string): string {
  const key = join(folder, `${name}.key`);
  const recipient = execFileSync(binary, ["backup", "keygen", "--to", key], { encoding: "utf8", env: environment, stdio: ["ignore", "pipe", "ignore"] }).trim();
  const file = join(folder, `${name}.backup`);
  const made = gatehouse.command("backup", "--to", file, "--recipient", recipient, "--with-master-key");
  assert.equal(made.status, 0, made.output);
  return file;
}

describe("erasure", () => {
  test("on SQLite no canary is left in the database, its log, the letters, the logs or a backup", async () => {
    const folder = makeFolder();
    const gatehouse = await Gatehouse.start({ settings: { "privacy.deletion_grace": '"0s"', "admin.require_second_factor": "false" } });
    try {
      for (let i = 0; i < 30; i++) await register(gatehouse.port);
      const token = await liveAsCanary(gatehouse);
      for (let i = 0; i < 30; i++) await register(gatehouse.port);
      const before = backup(gatehouse, folder, "before");
      const now = everyCanary(read(filesBelow(gatehouse.data)));
      for (const value of [canary.newUsername, canary.newEmail]) {
        assert.ok(now.some((place) => place.startsWith(value)), `${value} stood in the files, so that it could be found`);
      }
      const asked = await ask(gatehouse.port, "/v1/me/deletion", { body: { password: canary.newPassword }, headers: bearer(token) });
      assert.equal(asked.status, 202, asked.body);
      await until("the sweep has erased", 300, async () => (await gateSays(gatehouse.port, token)) === 401);
      await until("the list names it", 300, async () => existsSync(join(gatehouse.data, "erased.ids")));
      await until("the log is cut", 300, () => placesOf(canary.newUsername, read(filesBelow(gatehouse.data))).length === 0);
      const after = backup(gatehouse, folder, "after");
      const metrics = (await ask(gatehouse.adminPort, "/metrics")).body;
      const places = new Map([["the log", gatehouse.process.lines.join("\n")], ["the metrics", metrics]]);
      const restored = restoreElsewhere(folder, join(gatehouse.data, "erased.ids"));
      const files = [...filesBelow(gatehouse.data), ...filesBelow(restored), before, after];
      assert.deepEqual(everyCanary(new Map([...places, ...read(files)])), []);
    } finally {
      await gatehouse.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  // As docs/ops/privacy.md tells operators to: a server of its own keeps what it has overwritten until it is told to let go.
  const forgetful = { wal_recycle: "off", wal_keep_size: "0" };
  const forget = ["VACUUM FULL", "ANALYZE account", "SELECT pg_switch_wal()", "CHECKPOINT"];

  test("on PostgreSQL and Redis no canary is left, the write-ahead log included", async () => {
    const folder = makeFolder();
    chmodSync(folder, 0o711);
    const passwords = { owner: "o", replication: "r", superuser: "s" };
    const postgres = await Postgres.primary({ folder: join(folder, "pg"), passwords, settings: forgetful });
    mkdirSync(join(folder, "redis"));
    const redis = await Redis.start(join(folder, "redis"), "secret");
    const gatehouse = await Gatehouse.start({
      settings: {
        "database.url": JSON.stringify(`postgresql://gatehouse:o@127.0.0.1:${postgres.port}/gatehouse`),
        "admin.require_second_factor": "false",
        "cache.redis_url": JSON.stringify(redis.url),
        // On a machine that does much else, a server takes its time.
        "database.connect_timeout": '"30s"',
        "database.statement_timeout": '"2m"',
      },
    });
    try {
      const token = await liveAsCanary(gatehouse);
      const before = backup(gatehouse, folder, "before");
      assert.equal(gatehouse.command("account", "erase", canary.newUsername).status, 0);
      await until("the gate refuses", 60, async () => (await gateSays(gatehouse.port, token)) === 401);
      await until("the housekeeper has followed", 300, () => existsSync(join(gatehouse.data, "erased.ids")));
      for (const statement of forget) await postgres.sql(statement, "gatehouse");
      const after = backup(gatehouse, folder, "after");
      const metrics = (await ask(gatehouse.adminPort, "/metrics")).body;
      const keys = await redis.command("--scan");
      const values = await Promise.all(keys.split("\n").filter(Boolean).map((key) => redis.command("DUMP", key)));
      const places = new Map([
        ["the log", gatehouse.process.lines.join("\n")],
        ["the metrics", metrics],
        ["Redis", keys + values.join("\n")],
      ]);
      await gatehouse.process.stop();
      await postgres.stop();
      const restored = restoreElsewhere(folder, join(gatehouse.data, "erased.ids"));
      const files = [...filesBelow(postgres.data), ...filesBelow(gatehouse.data), ...filesBelow(restored), before, after];
      assert.deepEqual(everyCanary(new Map([...places, ...read(files)])), []);
    } finally {
      await gatehouse.stop();
      if (postgres.process.running) await postgres.stop();
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
