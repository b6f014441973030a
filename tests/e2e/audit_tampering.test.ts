// Whoever owns the database can drop its triggers and write what they like. `gatehouse audit verify` names the record.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Gatehouse } from "./support/gatehouse.js";
import { makeFolder } from "./support/paths.js";
import { login, newPerson } from "./support/people.js";
import { Postgres } from "./support/scale/postgres.js";
import { until } from "./support/until.js";

const password = "canary-owner";

// An installation that has ended, with a log in several batches; each case gets a copy of its database.
abstract class Victim {
  gatehouse!: Gatehouse;
  seq = 0; // a sealed event that is neither the first nor the last
  last = 0;
  newestBatch = 0;

  abstract open(): Promise<void>;
  abstract close(): Promise<void>;
  abstract copy(name: string): Promise<void>; // from here on, change() and verify() are of it
  abstract change(sql: string): Promise<string>;
  abstract readonly withoutTriggers: string;
  abstract verify(...more: string[]): { status: number; output: string };
  protected abstract get witness(): string; // the file in the data folder
  loseWitness(): void {
    rmSync(this.witness);
  }

  protected async fill(): Promise<void> {
    for (let batch = 0; batch < 3; ++batch) {
      const person = await newPerson(this.gatehouse.port);
      await login(this.gatehouse.port, person, "another lantern 4711");
      await until("it is sealed", 60, () => !/not sealed yet/.test(this.gatehouse.command("audit", "verify").output));
    }
    await this.gatehouse.process.stop();
  }
  protected async find(): Promise<void> {
    const number = async (sql: string) => Number(await this.change(sql));
    this.last = await number("SELECT max(seq) FROM audit_event");
    this.seq = await number("SELECT min(seq) FROM audit_event WHERE type = 'sign_in.failed'");
    this.newestBatch = await number("SELECT max(number) FROM audit_batch");
    assert.ok(this.seq > 1 && this.last > this.seq && this.newestBatch >= 3);
  }
}

class OnSqlite extends Victim {
  readonly withoutTriggers = ["audit_event", "audit_batch"]
    .flatMap((table) => ["is_never_changed", "goes_by_retention_alone"].map((rule) => `DROP TRIGGER ${table}_${rule};`))
    .join(" ");
  private folder = "";

  async open(): Promise<void> {
    this.gatehouse = await Gatehouse.start();
    await this.fill();
    await this.copy("look");
    await this.find();
  }
  close(): Promise<void> {
    return this.gatehouse.stop();
  }
  async copy(name: string): Promise<void> {
    this.folder = join(this.gatehouse.folder, name);
    mkdirSync(this.folder);
    for (const file of ["gatehouse.db", "master.key", "audit_head"]) {
      copyFileSync(join(this.gatehouse.data, file), join(this.folder, file));
    }
  }
  async change(sql: string): Promise<string> {
    return execFileSync("sqlite3", [this.file, sql], { encoding: "utf8" }).trim();
  }
  verify(...more: string[]): { status: number; output: string } {
    return this.gatehouse.command("audit", "verify", "--data", this.folder, ...more);
  }
  get file(): string {
    return join(this.folder, "gatehouse.db");
  }
  protected get witness(): string {
    return join(this.folder, "audit_head");
  }
}

class OnPostgres extends Victim {
  readonly withoutTriggers = "ALTER TABLE audit_event DISABLE TRIGGER USER; ALTER TABLE audit_batch DISABLE TRIGGER USER;";
  private readonly folder = makeFolder();
  private postgres!: Postgres;
  private database = "gatehouse";

  async open(): Promise<void> {
    chmodSync(this.folder, 0o711); // the server's own user has to pass
    const passwords = { owner: password, replication: "r", superuser: "s" };
    this.postgres = await Postgres.primary({ folder: join(this.folder, "pg"), passwords });
    this.gatehouse = await Gatehouse.start({ settings: { "database.url": this.url() } });
    await this.fill();
    await this.find();
  }
  async close(): Promise<void> {
    await this.gatehouse?.stop();
    await this.postgres.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
  async copy(name: string): Promise<void> {
    await this.postgres.sql(`CREATE DATABASE ${name} OWNER gatehouse TEMPLATE gatehouse`);
    this.database = name;
    this.gatehouse.configure({ settings: { "database.url": this.url() } });
  }
  change(sql: string): Promise<string> {
    return this.postgres.sql(sql, this.database);
  }
  verify(...more: string[]): { status: number; output: string } {
    return this.gatehouse.command("audit", "verify", ...more);
  }
  protected get witness(): string {
    return join(this.gatehouse.data, "audit_head");
  }
  private url(): string {
    return JSON.stringify(`postgresql://gatehouse:${password}@127.0.0.1:${this.postgres.port}/${this.database}`);
  }
}

const altered = (seq: number) => new RegExp(`^event ${seq}: altered \\(batch \\d+\\)$`, "m");
const missing = (seq: number) => new RegExp(`^event ${seq}: missing \\(batch \\d+\\)$`, "m");

interface Case {
  name: string;
  sql: (at: Victim) => string;
  finding: (at: Victim) => RegExp;
}
const cases: Case[] = [
  {
    name: "altered",
    sql: ({ seq }) => `UPDATE audit_event SET type = 'sign_in.succeeded' WHERE seq = ${seq}`,
    finding: ({ seq }) => altered(seq),
  },
  { name: "removed", sql: ({ seq }) => `DELETE FROM audit_event WHERE seq = ${seq}`, finding: ({ seq }) => missing(seq) },
  {
    name: "reordered",
    sql: ({ seq }) =>
      `UPDATE audit_event SET seq = -1 WHERE seq = ${seq}; UPDATE audit_event SET seq = ${seq} WHERE seq = ${seq - 1};
       UPDATE audit_event SET seq = ${seq - 1} WHERE seq = -1`,
    finding: ({ seq }) => altered(seq - 1),
  },
  {
    name: "inserted",
    sql: () => "INSERT INTO audit_event (seq, at, type, fields) VALUES (0, 1700000000000, 'sign_in.succeeded', '{}')",
    finding: () => /^event 0: in no batch: it was put there later$/m,
  },
  {
    name: "cut off at the end",
    sql: ({ newestBatch }) =>
      `DELETE FROM audit_batch WHERE number = ${newestBatch};
       DELETE FROM audit_event WHERE seq > (SELECT max(last_seq) FROM audit_batch)`,
    finding: ({ newestBatch }) => new RegExp(`^batch ${newestBatch}: had been sealed, but the log ends with batch ${newestBatch - 1}$`, "m"),
  },
  {
    name: "altered together with its batch",
    sql: ({ seq }) =>
      `UPDATE audit_event SET type = 'sign_in.succeeded' WHERE seq = ${seq};
       UPDATE audit_batch SET record = replace(record, '"count"', '"Count"') WHERE number = 2`,
    finding: () => /^batch 2: its record is not one that the program wrote$/m,
  },
  {
    name: "said to be old enough to go",
    sql: () => "UPDATE audit_batch SET sealed_at = 0 WHERE number <= 2",
    finding: () => /^batch 1: its row says another time of sealing than its record$/m,
  },
  {
    name: "said to be behind all that comes",
    sql: ({ newestBatch }) => `UPDATE audit_batch SET last_seq = last_seq + 1000000 WHERE number = ${newestBatch}`,
    finding: ({ newestBatch }) => new RegExp(`^batch ${newestBatch}: its row says another last number than its record$`, "m"),
  },
  {
    name: "put behind the end with an older time",
    sql: ({ last }) => `INSERT INTO audit_event (seq, at, type, fields) VALUES (${last + 1}, 1700000000000, 'sign_in.succeeded', '{}')`,
    finding: ({ last }) => new RegExp(`^event ${last + 1}: never sealed, though the program ran long after it$`, "m"),
  },
];

for (const [database, make] of [
  ["SQLite", () => new OnSqlite()],
  ["PostgreSQL", () => new OnPostgres()],
] as const) {
  describe(`an audit log that was tampered with, on ${database}`, () => {
    const victim: Victim = make();
    before(() => victim.open());
    after(() => victim.close());

    test("verifies as long as nobody has touched it, and only then ends with 0", async () => {
      await victim.copy("untouched");
      const { status, output } = victim.verify();
      assert.equal(status, 0, output);
      assert.match(output, /The log is as it was sealed\./);
    });

    for (const { name, sql, finding } of cases) {
      test(`L04 a record that was ${name} is named`, async () => {
        await victim.copy(name.replaceAll(" ", "_"));
        await victim.change(`${victim.withoutTriggers} ${sql(victim)}`);
        const { status, output } = victim.verify();
        assert.equal(status, 1, output);
        assert.match(output, finding(victim));
        assert.match(output, /THE LOG WAS CHANGED\./);
      });
    }

    test("L04 nobody changes it before the triggers are gone", async () => {
      await victim.copy("guarded");
      for (const sql of ["UPDATE audit_event SET at = 0", "DELETE FROM audit_event", "UPDATE audit_batch SET number = 0", "DELETE FROM audit_batch"]) {
        await assert.rejects(async () => victim.change(sql), /append-only/, sql);
      }
      assert.equal(victim.verify().status, 0);
    });

    test("L04 an end that was cut off together with its witness in the data folder is found by one kept elsewhere", async () => {
      const kept = /^head (\S+)$/m.exec(victim.verify().output)![1]!;
      await victim.copy("without_witness");
      await victim.change(`${victim.withoutTriggers} ${cases[4]!.sql(victim)}`);
      victim.loseWitness();
      assert.equal(victim.verify().status, 0); // nothing is left here that could tell
      assert.match(victim.verify("--witness", kept).output, cases[4]!.finding(victim));
    });
  });
}

describe("an audit log in a file", () => {
  const victim = new OnSqlite();
  before(() => victim.open());
  after(() => victim.close());

  test("L04 one byte of the file that is another is found, with its record", async () => {
    await victim.copy("byte");
    const bytes = readFileSync(victim.file);
    const at = bytes.indexOf("sign_in.failed{");
    assert.ok(at > 0);
    bytes[at + 8] = "F".charCodeAt(0);
    writeFileSync(victim.file, bytes);
    const { status, output } = victim.verify();
    assert.equal(status, 1, output);
    assert.match(output, /^event \d+: altered \(batch \d+\)$/m);
  });
});
