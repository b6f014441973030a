// Accounts of another system, brought in beside the running process by commands that are killed.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Gatehouse } from "./support/gatehouse.js";
import { ask } from "./support/http.js";
import { binary, environment } from "./support/paths.js";

const lines = 20_000;
// Of the password "U*U", from the test vectors of crypt_blowfish.
const hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
const signIn = { body: { username: "guest-19999", password: "U*U", refresh_in: "body" } };

describe("importing accounts", () => {
  let gatehouse: Gatehouse;
  let file: string;
  before(async () => {
    gatehouse = await Gatehouse.start();
    file = join(gatehouse.folder, "accounts.ndjson");
    const accounts = Array.from({ length: lines }, (_, i) =>
      JSON.stringify({ username: `guest-${i}`, email: `guest-${i}@example.org`, password_hash: hash }));
    writeFileSync(file, accounts.join("\n") + "\n");
  });
  after(() => gatehouse.stop());

  const linesDone = () => (existsSync(`${file}.import`) ? (JSON.parse(readFileSync(`${file}.import`, "utf8")) as { line: number }).line : 0);

  // True: it was killed. False: it came to its end first.
  const killAfterNextBatch = (): Promise<boolean> =>
    new Promise((done) => {
      const from = linesDone();
      const command = spawn(binary, ["account", "import", file, "--config", gatehouse.configuration], { env: environment, stdio: "ignore" });
      const look = setInterval(() => linesDone() > from && command.kill("SIGKILL"), 1);
      command.on("exit", (_, signal) => {
        clearInterval(look);
        done(signal === "SIGKILL");
      });
    });

  test("killed again and again, it goes on, and nothing is doubled or lost", async () => {
    let kills = 0;
    while (kills < 4 && (await killAfterNextBatch())) kills++;
    assert.ok(kills > 0, "no import was killed");
    const { status, output } = gatehouse.command("account", "import", file);
    assert.equal(status, 0, output);
    assert.match(output, new RegExp(`${lines} accounts imported, 0 lines refused`));

    const copy = join(gatehouse.folder, "copy.ndjson");
    const exported = gatehouse.command("account", "export", copy, "--with-password-hashes");
    assert.equal(exported.status, 0, exported.output);
    assert.equal(statSync(copy).mode & 0o777, 0o600);
    const names = readFileSync(copy, "utf8").trimEnd().split("\n").map((line) => (JSON.parse(line) as { username: string }).username);
    assert.equal(names.length, lines);
    assert.equal(new Set(names).size, lines);
    assert.notEqual(gatehouse.command("account", "export", copy).status, 0, "an export overwrites nothing");
  });

  test("who was imported signs in, and the hash becomes one of today's", async () => {
    assert.equal((await ask(gatehouse.port, "/v1/login", { method: "POST", ...signIn })).status, 200);
    assert.equal((await ask(gatehouse.port, "/v1/login", { method: "POST", ...signIn })).status, 200);
    const wrong = { body: { ...signIn.body, password: "U*V" } };
    assert.equal((await ask(gatehouse.port, "/v1/login", { method: "POST", ...wrong })).status, 401);
    const after = join(gatehouse.folder, "after.ndjson");
    assert.equal(gatehouse.command("account", "export", after, "--with-password-hashes").status, 0);
    const line = readFileSync(after, "utf8").split("\n").find((text) => text.includes('"guest-19999"'));
    assert.match(line ?? "", /\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test("P05 P06 refused lines are named, their text is not, and the rest goes in", () => {
    const mixed = join(gatehouse.folder, "mixed.csv");
    const costly = "$argon2id$v=19$m=4194304,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$eHlkVAkiRBbH+0G8AoGdXUG5zRRs9QF5Ta9gjbMPzVc";
    writeFileSync(mixed, `username,email,password_hash\nzoe,zoe@example.org,${hash}\ncostly,c@example.org,"${costly}"\nplain,p@example.org,hunter2\nguest-7,g@example.org,${hash}\n`);
    const { status, output } = gatehouse.command("account", "import", mixed);
    assert.equal(status, 1);
    assert.match(output, /1 accounts imported, 3 lines refused \(1 for a name that is taken\)/);
    const report = readFileSync(`${mixed}.refused`, "utf8");
    assert.deepEqual(report.trimEnd().split("\n").map((line) => (JSON.parse(line) as { line: number }).line), [3, 4, 5]);
    assert.doesNotMatch(report, /hunter2|argon2id|guest-7/);
  });
});
