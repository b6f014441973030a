// The role of PostgreSQL that serves owns nothing: what docs/ops/postgresql.md gives it is enough, and is all that it has.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { newAdministrator } from "./support/factors.js";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer } from "./support/http.js";
import { environment, makeFolder, projectRoot } from "./support/paths.js";
import { gateSays, login, newPerson, refresh } from "./support/people.js";
import { Postgres } from "./support/scale/postgres.js";

const passwords = { owner: "canary-owner", replication: "r", superuser: "s" };

function documentedSteps(): string[] {
  const page = readFileSync(join(projectRoot, "docs/ops/postgresql.md"), "utf8");
  const section = page.split("### With the least rights")[1]!;
  return [...section.matchAll(/```sql\n([\s\S]*?)```/g)].slice(0, 3).map((block) => block[1]!.replaceAll("…", passwords.owner));
}

describe("PostgreSQL with the least rights", () => {
  const [roles, grants, revokes] = documentedSteps();
  const folder = makeFolder();
  let postgres: Postgres;
  let gatehouse: Gatehouse;

  const url = (role: string) => ({ settings: { "database.url": JSON.stringify(`postgresql://${role}:${passwords.owner}@127.0.0.1:${postgres.port}/gatehouse`) } });
  function asServing(statement: string): string {
    const where = ["-h", "127.0.0.1", "-p", String(postgres.port), "-U", "gatehouse", "-d", "gatehouse"];
    try {
      const env = { ...environment, PGPASSWORD: passwords.owner, PGAPPNAME: "gatehouse" };
      return execFileSync("psql", [...where, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement], { env, encoding: "utf8", stdio: "pipe", timeout: 30_000 });
    } catch (error) {
      return (error as { stderr: string }).stderr;
    }
  }

  before(async () => {
    chmodSync(folder, 0o711); // the server's own user has to pass
    postgres = await Postgres.primary({ folder: join(folder, "pg"), passwords });
    await postgres.sql("DROP DATABASE gatehouse");
    await postgres.sql("DROP ROLE gatehouse");
    for (const statement of roles!.trim().split("\n")) await postgres.sql(statement);
    await postgres.sql(grants!, "gatehouse");
    gatehouse = await Gatehouse.start();
    await gatehouse.process.stop();
  });
  after(async () => {
    await gatehouse?.stop();
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("who serves does not migrate, and says what is missing", () => {
    gatehouse.configure(url("gatehouse"));
    const refused = gatehouse.command("migrate");
    assert.equal(refused.status, 1);
    assert.match(refused.output, /permission denied/);
    assert.doesNotMatch(refused.output, /canary/);
  });

  test("the owner migrates, and the role that serves does all that there is to do", async () => {
    gatehouse.configure(url("gatehouse_owner"));
    const migrated = gatehouse.command("migrate");
    assert.equal(migrated.status, 0, migrated.output);
    await postgres.sql(revokes!, "gatehouse");
    gatehouse.configure(url("gatehouse"));
    await gatehouse.start();
    const { port } = gatehouse;

    const member = await newPerson(port);
    const renewed = await refresh(port, member.refresh);
    assert.equal(renewed.status, 200);
    const administrator = await newAdministrator(port, (name) => gatehouse.command("account", "set-roles", name, "admin"));
    const headers = bearer(administrator.access);
    const disabled = await ask(port, `/v1/admin/accounts/${member.id}/disable`, { method: "POST", headers });
    assert.equal(disabled.status, 200, disabled.body);
    assert.equal(await gateSays(port, member.access), 401);
    assert.equal((await login(port, member)).status, 401);
    const roles = await ask(port, "/v1/admin/roles", { headers });
    const { version, ...rest } = roles.json as { version: string; roles: Record<string, string[]> };
    const body = { version, roles: { ...rest.roles, clerk: ["report:read"] } };
    for (const [method, path, content] of [["PUT", "/v1/admin/roles", body], ["POST", "/v1/admin/keys/rotate", undefined]] as const) {
      const answer = await ask(port, path, { method, headers, ...(content && { body: content }) });
      assert.ok(answer.status < 300, `${path}: ${answer.body}`);
    }
    assert.equal(gatehouse.command("account", "erase", member.username).status, 0);
    const verified = gatehouse.command("audit", "verify");
    assert.equal(verified.status, 0, verified.output);
    assert.doesNotMatch(gatehouse.process.lines.join("\n"), /permission denied/);
  });

  test("who has its password can neither change the audit log nor switch off what watches the tables", () => {
    for (const statement of [
      "UPDATE audit_event SET fields = '{}'",
      "ALTER TABLE account DISABLE TRIGGER USER",
      "ALTER TABLE audit_event ADD COLUMN more TEXT",
      "DROP TABLE account",
      "TRUNCATE audit_event",
      "CREATE TABLE mine (id BIGINT)",
      "INSERT INTO schema_migration VALUES (9999, 'mine', '', 0)",
      "UPDATE revocation SET until = 0",
      "SET session_replication_role = replica",
    ]) {
      assert.match(asServing(statement), /permission denied|must be owner/, statement);
    }
  });
});
