// An installation that has outgrown its file: moved to PostgreSQL with everybody in it, signed in or signed out.
import assert from "node:assert/strict";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Gatehouse } from "./support/gatehouse.js";
import { ask } from "./support/http.js";
import { makeFolder } from "./support/paths.js";
import { gateSays, login, newPerson, refresh } from "./support/people.js";
import { Postgres } from "./support/scale/postgres.js";

describe("migrate --from sqlite --to postgres", () => {
  let gatehouse: Gatehouse;
  let postgres: Postgres;
  const folder = makeFolder();
  before(async () => {
    chmodSync(folder, 0o711); // the server's own user has to pass
    postgres = await Postgres.primary({ folder: join(folder, "pg"), passwords: { owner: "canary-owner", replication: "r", superuser: "s" } });
    gatehouse = await Gatehouse.start();
  });
  after(async () => {
    await gatehouse.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("keeps who is signed in and who is not, and refuses to move what is being served", async () => {
    const stays = await newPerson(gatehouse.port);
    const left = await newPerson(gatehouse.port);
    assert.equal((await ask(gatehouse.port, "/v1/logout", { body: { refresh_token: left.refresh } })).status, 204);
    const move = ["migrate", "--from", `sqlite:${join(gatehouse.data, "gatehouse.db")}`, "--to", "postgres:"];

    gatehouse.configure({ settings: { "database.url": JSON.stringify(`postgresql://gatehouse:canary-owner@127.0.0.1:${postgres.port}/gatehouse`) } });
    const served = gatehouse.command(...move);
    assert.equal(served.status, 1, served.output);
    await gatehouse.process.stop();
    const moved = gatehouse.command(...move);
    assert.equal(moved.status, 0, moved.output);
    assert.match(moved.output, /verified account: 2 rows/);
    assert.doesNotMatch(served.output + moved.output, /canary/);
    const again = gatehouse.command(...move);
    assert.equal(again.status, 1, `a target that holds something is left alone: ${again.output}`);

    await gatehouse.start();
    assert.equal(await gateSays(gatehouse.port, stays.access), 200);
    assert.equal(await gateSays(gatehouse.port, left.access), 401);
    assert.equal((await refresh(gatehouse.port, stays.refresh)).status, 200);
    assert.equal((await refresh(gatehouse.port, left.refresh)).status, 401);
    assert.equal((await login(gatehouse.port, left)).status, 200);
    assert.equal(await postgres.sql("SELECT count(*) FROM account", "gatehouse"), "2");
  });
});
