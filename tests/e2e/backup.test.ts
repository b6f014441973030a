// Backups that are taken while people use the program, and what comes back from them: everybody, and no session.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { enrolApp } from "./support/factors.js";
import { Gatehouse } from "./support/gatehouse.js";
import { ask } from "./support/http.js";
import { binary, environment, makeFolder } from "./support/paths.js";
import { gateSays, login, newPerson, refresh, register, signIn } from "./support/people.js";
import { Postgres } from "./support/scale/postgres.js";
import { until } from "./support/until.js";

// Of the password "U*U", from the test vectors of crypt_blowfish.
const hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

// On a machine that does much else, PostgreSQL takes its time.
const patient = { "database.connect_timeout": '"30s"', "database.statement_timeout": '"2m"' };

// Another installation, which the backup of the first is restored into.
class Target {
  readonly data: string;
  constructor(
    readonly gatehouse: Gatehouse,
    folder: string,
    name: string,
  ) {
    this.data = join(folder, name);
    gatehouse.configure({ settings: { "data.dir": JSON.stringify(this.data) } });
  }
  restore(file: string, key: string, ...more: string[]) {
    return this.gatehouse.command("restore", "--from", file, "--key", key, ...more);
  }
}

describe("backup and restore", () => {
  const folder = makeFolder();
  const secret = join(folder, "backup.key");
  const otherKey = join(folder, "other.key");
  const file = join(folder, "all.backup");
  let source: Gatehouse;
  let other: Gatehouse;
  let recipient = "";
  before(async () => {
    chmodSync(folder, 0o711);
    source = await Gatehouse.start();
    other = await Gatehouse.start();
    await other.process.stop();
    keygen(otherKey);
    recipient = /ghbp_[\w-]+/.exec(keygen(secret))![0];
    // So many that there is a middle to be killed in.
    const guests = Array.from({ length: 2_000 }, (_, i) =>
      JSON.stringify({ username: `guest-${i}`, email: `guest-${i}@example.org`, password_hash: hash }));
    writeFileSync(join(folder, "guests.ndjson"), guests.join("\n") + "\n");
    const imported = source.command("account", "import", join(folder, "guests.ndjson"));
    assert.equal(imported.status, 0, imported.output);
  });
  after(async () => {
    await source.stop();
    await other.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function keygen(path: string): string {
    const made = spawnSync(binary, ["backup", "keygen", "--to", path], { encoding: "utf8", env: environment });
    assert.equal(made.status, 0, made.stderr);
    return made.stdout;
  }
  function verify(path: string): number | null {
    return spawnSync(binary, ["backup", "verify", "--from", path, "--key", secret], { env: environment }).status;
  }

  test("what is restored has everybody in it, and nobody signed in", async () => {
    const stays = await newPerson(source.port);
    const gone = await newPerson(source.port);
    const twoFactors = await newPerson(source.port);
    const { codes } = await enrolApp(source.port, twoFactors.access);
    let writing = true;
    const writers = [0, 1].map(async () => {
      while (writing) await register(source.port);
    });
    const taken = source.command("backup", "--to", file, "--recipient", recipient, "--with-master-key");
    writing = false;
    await Promise.all(writers);
    assert.equal(taken.status, 0, taken.output);
    assert.equal(verify(file), 0);
    const bytes = readFileSync(file, "latin1");
    for (const canary of [stays.username, stays.email]) assert.ok(!bytes.includes(canary), "a backup is sealed");
    assert.equal(source.command("account", "erase", gone.username).status, 0);
    const erased = join(folder, "erased.ids");
    writeFileSync(erased, source.command("account", "erased").output);

    const target = new Target(other, folder, "restored");
    const restored = target.restore(file, secret, "--erased", erased);
    assert.equal(restored.status, 0, restored.output);
    assert.match(restored.output, /^1 accounts that were erased after the backup are erased again/m);
    await other.start();
    assert.equal(await gateSays(other.port, stays.access), 401, "an old access token");
    assert.equal((await refresh(other.port, stays.refresh)).status, 401, "an old refresh token");
    assert.equal(await gateSays(other.port, (await signIn(other.port, stays)).access), 200);
    assert.equal((await login(other.port, gone)).status, 401, "erased after the backup");
    const { json } = await login(other.port, twoFactors);
    assert.equal(json.next, "second_factor", "a backup holds second factors");
    const code = { transaction: json.transaction, method: "recovery_code", code: codes[0] };
    assert.equal((await ask(other.port, "/v1/login/second-factor", { body: code })).status, 200);
    assert.equal(target.restore(file, secret).status, 1, "what is there is left alone");
    await other.process.stop();
  });

  test("a file that was cut off, altered, or sealed for another is refused before anything is written", () => {
    const target = new Target(other, folder, "refused");
    const whole = readFileSync(file);
    const broken = join(folder, "broken.backup");
    const altered = Buffer.from(whole);
    altered[whole.length - 5]! ^= 1;
    for (const bytes of [whole.subarray(0, whole.length - 1), whole.subarray(0, 50), altered, Buffer.concat([whole, whole])]) {
      writeFileSync(broken, bytes);
      const refused = target.restore(broken, secret);
      assert.equal(refused.status, 1, refused.output);
      assert.match(refused.output, /damaged/);
      assert.ok(!existsSync(target.data), "not even the folder");
    }
    const wrong = target.restore(file, otherKey);
    assert.equal(wrong.status, 1);
    assert.match(wrong.output, /does not open with this key/);
  });

  // A command that is killed after a part of the time that it takes; true: it was, before its end.
  function killedAfter(milliseconds: number, ...args: string[]): Promise<boolean> {
    return new Promise((done) => {
      const child = spawn(binary, args, { env: environment, stdio: "ignore" });
      const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
      child.on("close", (_, signal) => (clearTimeout(timer), done(signal === "SIGKILL")));
    });
  }
  function timeOf(command: () => { status: number; output: string }): number {
    const began = performance.now();
    const { status, output } = command();
    assert.equal(status, 0, output);
    return performance.now() - began;
  }
  // At random moments of what takes so long, and once at least before its end, however quick the machine has become.
  async function killSomewhere(tries: number, whole: number, once: (milliseconds: number) => Promise<boolean>): Promise<void> {
    let kills = 0;
    for (let i = 0; i < tries; i++) if (await once((whole * (i + Math.random())) / tries)) kills++;
    for (let wait = whole / 8; kills === 0; wait /= 2) if (await once(wait)) kills++;
  }

  test("killed at any moment, a backup leaves no half file, and goes through when called again", async () => {
    const whole = timeOf(() => source.command("backup", "--to", join(folder, "timed.backup"), "--recipient", recipient));
    await killSomewhere(8, whole, async (wait) => {
      const to = join(folder, `killed-${wait}.backup`);
      const killed = await killedAfter(wait, "backup", "--data", source.data, "--to", to, "--recipient", recipient);
      if (existsSync(to)) assert.equal(verify(to), 0, `killed after ${wait} ms of ${whole}`);
      else assert.equal(source.command("backup", "--to", to, "--recipient", recipient).status, 0);
      assert.ok(!existsSync(`${to}.part`));
      return killed;
    });
  });

  test("killed at any moment, a restore leaves no database, and goes through when called again", async () => {
    const whole = timeOf(() => new Target(other, folder, "timed").restore(file, secret));
    await killSomewhere(8, whole, async (wait) => {
      const data = join(folder, `killed-${wait}`);
      const killed = await killedAfter(wait, "restore", "--from", file, "--key", secret, "--data", data);
      const complete = existsSync(join(data, "gatehouse.db"));
      const target = new Target(other, folder, `killed-${wait}`);
      const second = target.restore(file, secret);
      assert.equal(second.status, complete ? 1 : 0, `killed after ${wait} ms of ${whole}: ${second.output}`);
      assert.match(other.command("account", "show", "guest-1999").output, /active/);
      assert.deepEqual(readdirSync(data).filter((name) => name.includes("part")), []);
      return killed;
    });
  });

  // The mark comes before the first row and goes after the last; tables alone hold nothing of anybody.
  async function stateOf(postgres: Postgres): Promise<"nothing" | "half" | "complete"> {
    const says = async (sql: string) => (await postgres.sql(`SELECT ${sql}`, "gatehouse")) === "t";
    if (!(await says("to_regclass('account') IS NOT NULL"))) return "nothing";
    if (await says("EXISTS (SELECT 1 FROM schema_migration WHERE name = 'copy')")) return "half";
    return (await says("EXISTS (SELECT 1 FROM account)")) ? "complete" : "nothing";
  }

  test("killed at any moment on PostgreSQL, no program starts on what is there, and a second call begins anew", async () => {
    const postgres = await Postgres.primary({ folder: join(folder, "pk"), passwords: { owner: "o", replication: "r", superuser: "s" } });
    try {
      const data = join(folder, "killed-postgres");
      const url = `postgresql://gatehouse:o@127.0.0.1:${postgres.port}/gatehouse`;
      other.configure({ settings: { "data.dir": JSON.stringify(data), "database.url": JSON.stringify(url), ...patient } });
      const how = ["restore", "--from", file, "--key", secret];
      const whole = timeOf(() => other.command(...how));
      await killSomewhere(5, whole, async (wait) => {
        await postgres.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION gatehouse", "gatehouse");
        rmSync(data, { recursive: true, force: true });
        const killed = await killedAfter(wait, ...how, "--config", other.configuration);
        const left = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'gatehouse'";
        await until("the server has noticed", 60, async () => (await postgres.sql(left, "gatehouse")) === "0");
        const state = await stateOf(postgres);
        if (state === "half") assert.notEqual(other.command("account", "list").status, 0, "no program starts on it");
        const again = other.command(...how);
        assert.equal(again.status, state === "complete" ? 1 : 0, `killed after ${wait} ms of ${whole} (${state}): ${again.output}`);
        assert.match(other.command("account", "show", "guest-1999").output, /active/);
        return killed;
      });
    } finally {
      await postgres.stop();
    }
  });

  test("onto PostgreSQL, and from there back to a file", async () => {
    const passwords = { owner: "canary-owner", replication: "r", superuser: "s" };
    const postgres = await Postgres.primary({ folder: join(folder, "pg"), passwords });
    try {
      const url = `postgresql://gatehouse:canary-owner@127.0.0.1:${postgres.port}/gatehouse`;
      const data = join(folder, "on-postgres");
      mkdirSync(data, { mode: 0o700 });
      other.configure({ settings: { "data.dir": JSON.stringify(data), "database.url": JSON.stringify(url), ...patient } });
      const restored = other.command("restore", "--from", file, "--key", secret);
      assert.equal(restored.status, 0, restored.output);
      assert.doesNotMatch(restored.output, /canary/);
      assert.equal(other.command("restore", "--from", file, "--key", secret).status, 1, "what holds something is left alone");
      await other.start();
      const person = await newPerson(other.port);
      const back = join(folder, "back.backup");
      assert.equal(other.command("backup", "--to", back, "--recipient", recipient).status, 0);
      await other.process.stop();
      const home = new Target(other, folder, "home");
      mkdirSync(home.data, { mode: 0o700 });
      assert.match(home.restore(back, secret).output, /holds no master key/);
      copyFileSync(join(data, "master.key"), join(home.data, "master.key"));
      assert.equal(home.restore(back, secret).status, 0);
      await other.start();
      assert.equal((await login(other.port, person)).status, 200);
      await other.process.stop();
    } finally {
      await postgres.stop();
    }
  });
});
