// The master key is replaced while people use the program; afterwards the new one is enough, and nobody has noticed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Application } from "./support/application.js";
import { Child } from "./support/child.js";
import { enrolApp, newAdministrator } from "./support/factors.js";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer } from "./support/http.js";
import { Load } from "./support/load.js";
import { Mailbox } from "./support/mailbox.js";
import { binary, environment, makeFolder } from "./support/paths.js";
import { gateSays, login, newPerson, refresh, signIn, type SignedIn } from "./support/people.js";
import { Cluster } from "./support/scale/cluster.js";
import { until } from "./support/until.js";
import { verifies, WebhookReceiver } from "./support/webhook_receiver.js";

function newKey(folder: string, name: string): string {
  const path = join(folder, name);
  writeFileSync(path, randomBytes(32).toString("hex") + "\n", { mode: 0o600 });
  return path;
}

// Takes the lines about the master key out of a configuration, and puts these in.
function giveKeys(gatehouse: Gatehouse, current: string, previous?: string): void {
  const others = readFileSync(gatehouse.configuration, "utf8").split("\n").filter((line) => !line.startsWith("master_key."));
  const keys = [`master_key.file = ${JSON.stringify(current)}`];
  if (previous !== undefined) keys.push(`master_key.previous_file = ${JSON.stringify(previous)}`);
  writeFileSync(gatehouse.configuration, [...keys, ...others].join("\n"));
}

// Beside the test, which goes on meanwhile.
async function command(gatehouse: Gatehouse, ...args: string[]): Promise<{ status: unknown; output: string }> {
  const child = new Child(binary, [...args, "--config", gatehouse.configuration]);
  const status = await child.exited;
  return { status, output: child.lines.join("\n") };
}

// People who do nothing but refresh, each time with the token of the last.
class Refreshing {
  done = 0;
  readonly failures: string[] = [];
  private running = true;
  private readonly people: Promise<void>[];
  constructor(
    private readonly port: number,
    people: SignedIn[],
  ) {
    this.people = people.map((person) => this.go(person));
  }
  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.people);
  }
  private async go(person: SignedIn): Promise<void> {
    let token = person.refresh;
    while (this.running) {
      const answer = await refresh(this.port, token);
      if (answer.status !== 200) return void this.failures.push(`${answer.status} ${answer.body}`);
      token = answer.json.refresh_token;
      this.done++;
    }
  }
}

describe("the master key of one process", () => {
  const folder = makeFolder();
  const [oldKey, newOne] = [newKey(folder, "old.key"), newKey(folder, "new.key")];
  let gatehouse: Gatehouse;
  let receiver: WebhookReceiver;
  before(async () => {
    receiver = await WebhookReceiver.start();
    const settings = { "master_key.file": JSON.stringify(oldKey), "webhook.allow_http": "true", "webhook.allow_private": "true" };
    gatehouse = await Gatehouse.start({ settings });
  });
  after(async () => {
    await gatehouse.stop();
    await receiver.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const jwks = async () => (await ask(gatehouse.port, "/.well-known/jwks.json")).body;
  const restartWith = async (current: string, previous?: string) => {
    await gatehouse.process.stop();
    giveKeys(gatehouse, current, previous);
    await gatehouse.start();
  };
  const backupKey = join(folder, "backup.key");
  const backup = join(folder, "before.backup");

  test("is replaced under load, whatever is killed, and what was handed out before stays good", async () => {
    const { port } = gatehouse;
    const admin = await newAdministrator(port, (name) => gatehouse.command("account", "set-roles", name, "admin"));
    const endpoint = { name: "SIEM", url: receiver.url, types: ["webhook.*"] };
    const { json: hook } = await ask(port, "/v1/admin/webhooks", { method: "POST", headers: bearer(admin.access), body: endpoint });
    const stays = await newPerson(port);
    const letter = await new Mailbox(gatehouse).next(stays.email);
    const gone = await newPerson(port);
    assert.equal(gatehouse.command("account", "erase", gone.username).status, 0);
    const twoFactors = await newPerson(port);
    const { app } = await enrolApp(port, twoFactors.access);
    const keys = await jwks();
    const keygen = ["backup", "keygen", "--to", backupKey];
    const recipient = execFileSync(binary, keygen, { encoding: "utf8", env: environment, stdio: ["ignore", "pipe", "ignore"] }).trim();
    assert.equal(gatehouse.command("backup", "--to", backup, "--recipient", recipient).status, 0);

    await restartWith(newOne, oldKey);
    const busy = new Refreshing(gatehouse.port, [await newPerson(gatehouse.port), await newPerson(gatehouse.port)]);
    const before = await command(gatehouse, "master-key", "status");
    assert.equal(before.status, 1, before.output);
    assert.match(before.output, /^0 values are sealed under the master key, 14 under the previous one/m);
    for (let kill = 0; kill < 6; kill++) {
      const from = busy.done;
      const killed = new Child(binary, ["master-key", "rotate", "--config", gatehouse.configuration]);
      await until("some refresh meanwhile", 60, () => busy.done >= from + 2 * kill || busy.failures.length > 0);
      await killed.kill();
      const { output } = await command(gatehouse, "master-key", "status");
      assert.match(output, /^(0 values are sealed under the master key, 14 under|14 values are sealed under the master key, 0 under)/m);
    }
    const rotated = await command(gatehouse, "master-key", "rotate");
    assert.equal(rotated.status, 0, rotated.output);
    assert.match(rotated.output, /^14 values are sealed under the master key, 0 under the previous one/m);
    const more = busy.done + 4;
    await until("refreshes go on", 60, () => busy.done >= more || busy.failures.length > 0);
    await busy.stop();
    assert.deepEqual(busy.failures, []);

    await restartWith(newOne);
    assert.equal(await jwks(), keys);
    assert.equal(await gateSays(gatehouse.port, stays.access), 200, "an access token from before");
    const renewed = await refresh(gatehouse.port, stays.refresh);
    assert.equal(renewed.status, 200, renewed.body);
    const link = await ask(gatehouse.port, "/v1/email/verify", { body: { token: letter.token } });
    assert.equal(link.status, 204, link.body);
    await signIn(gatehouse.port, stays);
    assert.equal((await login(gatehouse.port, gone)).status, 401, "erased before, and for good");
    const { json } = await login(gatehouse.port, twoFactors);
    assert.equal(json.next, "second_factor");
    const code = { transaction: json.transaction, method: "totp", code: app.code() };
    assert.equal((await ask(gatehouse.port, "/v1/login/second-factor", { body: code })).status, 200, "an app from before");
    const { json: again } = await refresh(gatehouse.port, admin.refresh);
    const renamed = { method: "PATCH", headers: bearer(again.access_token), body: { name: "SIEM 2" } };
    const changed = await ask(gatehouse.port, `/v1/admin/webhooks/${hook.id}`, renamed);
    assert.equal(changed.status, 200, changed.body);
    const told = await receiver.first((r) => r.json.type === "webhook.changed");
    assert.ok(verifies(told, hook.secret), "signed with the secret from before");
    assert.equal(gatehouse.command("audit", "verify").status, 0);
    const replaced = gatehouse.command("audit", "export").output.match(/master_key\.replaced/g);
    assert.equal(replaced?.length, 1, "however often it was called");
  });

  test("the key from before opens nothing any more, and says so", async () => {
    giveKeys(gatehouse, oldKey);
    const refused = gatehouse.command("master-key", "status");
    giveKeys(gatehouse, newOne);
    assert.equal(refused.status, 1);
    assert.match(refused.output, /sealed under another master key; give the one .* as the previous one/);
  });

  test("a backup from before asks for the key from before, and is brought under the new one", async () => {
    const other = await Gatehouse.start({ settings: { "master_key.file": JSON.stringify(newOne) } });
    try {
      await other.process.stop();
      rmSync(other.data, { recursive: true });
      const restore = () => other.command("restore", "--from", backup, "--key", backupKey);
      assert.match(restore().output, /^gatehouse: the backup of 20\S+Z was sealed under another master key: give the one/m);
      giveKeys(other, newOne, oldKey);
      const restored = restore();
      assert.equal(restored.status, 0, restored.output);
      assert.equal(other.command("master-key", "rotate").status, 0);
      giveKeys(other, newOne);
      await other.start();
      await newPerson(other.port);
    } finally {
      await other.stop();
    }
  });
});

describe("the master key of several nodes", () => {
  const folder = makeFolder();
  let cluster: Cluster;
  let application: Application;
  before(async () => {
    application = await Application.start();
    const settings = { "password.memory_kib": "7168", "password.iterations": "5" };
    cluster = await Cluster.start(application.port, { identityNodes: 2, gateNodes: 1, redis: false, replica: false, pgbouncer: false, settings });
  });
  after(async () => {
    await cluster?.stop();
    await application?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("is replaced node by node, and no request fails while it is", async () => {
    const [first, second] = cluster.identity as [Gatehouse, Gatehouse];
    const gate = cluster.gates[0]!;
    const oldKey = JSON.parse(/^master_key\.file = (.*)$/m.exec(readFileSync(first.configuration, "utf8"))![1]!) as string;
    const newOne = newKey(folder, "new.key");
    const person = await newPerson(first.port);
    const restartWith = async (node: Gatehouse, current: string, previous?: string) => {
      await node.process.stop();
      giveKeys(node, current, previous);
      await node.start();
      await cluster.ready(node);
    };
    const everyNodeServes = async () => {
      for (const node of cluster.identity) assert.equal(await gateSays(gate.port, (await signIn(node.port, person)).access), 200);
    };

    await restartWith(first, newOne, oldKey);
    // The second knows the old key alone, and has to open what the first makes.
    assert.equal(first.command("keys", "rotate").status, 0);
    await restartWith(second, oldKey);
    await everyNodeServes();
    await restartWith(second, newOne, oldKey);
    const load = await Load.start(cluster.port, first.port, 2, false);
    const rotated = await command(second, "master-key", "rotate");
    const seen = load.done["refresh"] ?? 0;
    await until("refreshes go on", 60, () => (load.done["refresh"] ?? 0) > seen + 4 || load.failures.length > 0);
    await load.stop();
    assert.deepEqual(load.failures.slice(0, 5), []);
    assert.equal(rotated.status, 0, rotated.output);

    await restartWith(first, newOne);
    assert.equal(first.command("keys", "rotate").status, 0);
    await everyNodeServes();
    await restartWith(second, newOne);
    await everyNodeServes();
    assert.equal(await gateSays(gate.port, person.access), 200, "a token from before");
    assert.equal((await refresh(second.port, person.refresh)).status, 200);
  });
});
