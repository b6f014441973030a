// What a role may do: changed on one node, in force at every gate, those without a database included.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Application } from "./support/application.js";
import { newAdministrator } from "./support/factors.js";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer, type Answer } from "./support/http.js";
import { freshName, gateSays, newPerson, type Person, type SignedIn } from "./support/people.js";
import { Cluster } from "./support/scale/cluster.js";
import { until } from "./support/until.js";

const rules = `
[[gate.rule]]
path = "/desk/**"
permissions = ["desk:open"]
`;
const desk = "http://app.example/desk/1";

type Administrator = Awaited<ReturnType<typeof newAdministrator>>;
const define = (port: number, by: SignedIn, role: string, permissions: string[]) =>
  ask(port, `/v1/admin/roles/${role}`, { method: "PUT", headers: bearer(by.access), body: { permissions } });
const usual = ["profile:read:own", "profile:write:own", "session:read:own", "session:end:own"];

for (const redis of [false, true]) {
  describe(`roles in an installation of several processes, ${redis ? "with" : "without"} Redis`, () => {
    let cluster: Cluster;
    let application: Application;
    let administrator: Administrator;
    let member: Person & SignedIn;
    before(async () => {
      application = await Application.start();
      cluster = await Cluster.start(application.port, { redis, replica: false, pgbouncer: false, gateNodes: 2, tables: rules });
      const first = cluster.identity[0]!;
      administrator = await newAdministrator(first.port, (name) => first.command("account", "set-roles", name, "admin", "member"));
      member = await newPerson(first.port);
    });
    after(async () => {
      await cluster?.stop();
      await application?.stop();
    });
    const everywhere = async (status: number) => {
      for (const gate of cluster.gates) {
        await until(`a gate says ${status}`, 30, async () => (await gateSays(gate.port, member.access, desk)) === status);
      }
    };

    test("B07 a permission that is granted on one node lets the token that is out pass at every gate", async () => {
      await everywhere(403);
      const done = await define(cluster.identity[0]!.port, administrator, "member", [...usual, "desk:open"]);
      assert.equal(done.status, 200, done.body);
      await everywhere(200);
    });

    test("a gate without a database says in its log whom it refused, where and why, and no more", async () => {
      for (const gate of cluster.gates) {
        const { account, gate_reason, gate_rule, method } = await gate.event("access_denied");
        assert.deepEqual({ account, gate_reason, gate_rule, method }, { account: member.id, gate_reason: "not_permitted", gate_rule: "1", method: "GET" });
        assert.ok(!gate.process.lines.some((line) => line.includes("/desk/1") || line.includes(member.access)));
      }
    });

    test("B07 and withdrawn on the other node, none", async () => {
      const done = await define(cluster.identity[1]!.port, administrator, "member", usual);
      assert.equal(done.status, 200, done.body);
      await everywhere(403);
    });

    test("by a command, too", async () => {
      const { status, output } = cluster.identity[0]!.command("roles", "set", "member", ...usual, "desk:*");
      assert.equal(status, 0, output);
      await everywhere(200);
      assert.match(cluster.identity[1]!.command("roles", "list").output, /^member {2}changed {2}.*desk:\*/m);
    });

    test("a gate that starts anew hears of them before it says anything", async () => {
      const gate = cluster.gates[0]!;
      await gate.process.stop();
      await gate.start();
      await cluster.ready(gate);
      assert.equal(await gateSays(gate.port, member.access, desk), 200);
    });

    test("a role that was removed is nobody's: no gate tells it, and nobody is given it", async () => {
      const [one, other] = cluster.identity as [Gatehouse, Gatehouse];
      assert.equal((await define(one.port, administrator, "clerk", ["desk:open"])).status, 200);
      const path = `/v1/admin/accounts/${member.id}/roles`;
      const give = (port: number) => ask(port, path, { method: "PUT", headers: bearer(administrator.access), body: { roles: ["clerk"] } });
      await until("the other node knows it", 30, async () => (await give(other.port)).status === 200);
      const { json } = await ask(one.port, "/v1/refresh", { body: { refresh_token: member.refresh } });
      const clerk = json.access_token as string;
      const told = async (port: number) => {
        const headers = { ...bearer(clerk), "x-original-url": "http://app.example/", "x-original-method": "GET" };
        const answer = await ask(port, "/gate/check", { headers });
        return `${answer.status} ${answer.headers["x-auth-roles"]}`;
      };
      for (const gate of cluster.gates) await until("a gate tells the role", 30, async () => (await told(gate.port)) === "200 clerk");
      const removed = await ask(other.port, "/v1/admin/roles/clerk", { method: "DELETE", headers: bearer(administrator.access) });
      assert.equal(removed.status, 200, removed.body);
      for (const gate of cluster.gates) await until("a gate tells it no more", 30, async () => (await told(gate.port)) === "200 ");
      await until("nobody is given it", 30, async () => (await give(one.port)).status === 400);
    });

    test("each change is in the log of its node, with who made it", async () => {
      const line = await cluster.identity[1]!.event("roles_defined");
      assert.equal(line["by"], administrator.id);
    });
  });
}

describe("roles of one process", () => {
  let gatehouse: Gatehouse;
  let administrator: Administrator;
  let member: Person & SignedIn;
  const options = { tables: `${rules}\n[roles]\nadmin = ["*:*"]\nmember = ${JSON.stringify(usual)}\nclerk = ["desk:open"]\n` };
  before(async () => {
    gatehouse = await Gatehouse.start(options);
    administrator = await newAdministrator(gatehouse.port, (name) => gatehouse.command("account", "set-roles", name, "admin"));
    member = await newPerson(gatehouse.port);
  });
  after(() => gatehouse?.stop());

  test("S04 when the answer is there, the gate goes by it", async () => {
    for (let round = 0; round < 5; round++) {
      assert.equal((await define(gatehouse.port, administrator, "member", [...usual, "desk:open"])).status, 200);
      assert.equal(await gateSays(gatehouse.port, member.access, desk), 200);
      assert.equal((await define(gatehouse.port, administrator, "member", usual)).status, 200);
      assert.equal(await gateSays(gatehouse.port, member.access, desk), 403);
    }
  });

  test("what was changed outlives a restart, and the configuration brings nothing back", async () => {
    assert.equal((await define(gatehouse.port, administrator, "member", [...usual, "desk:open"])).status, 200);
    const headers = bearer(administrator.access);
    assert.equal((await ask(gatehouse.port, "/v1/admin/roles/clerk", { method: "DELETE", headers })).status, 200);
    await gatehouse.process.stop();
    await gatehouse.start();
    const { json } = await ask(gatehouse.port, "/v1/admin/roles", { headers });
    assert.deepEqual(Object.keys(json.roles).sort(), ["admin", "member"]);
    assert.equal(await gateSays(gatehouse.port, member.access, desk), 200);
    assert.equal(gatehouse.command("roles", "reset").status, 0);
    assert.equal(await gateSays(gatehouse.port, member.access, desk), 403);
  });

  test("nobody locks everybody out", async () => {
    const headers = bearer(administrator.access);
    assert.equal((await ask(gatehouse.port, "/v1/admin/roles/admin", { method: "DELETE", headers })).status, 400);
    assert.equal((await define(gatehouse.port, administrator, "admin", ["account:manage"])).status, 400);
    assert.notEqual(gatehouse.command("roles", "remove", "admin").status, 0);
    assert.equal((await ask(gatehouse.port, "/v1/admin/roles", { headers })).status, 200);
  });

  test("B07 nobody gives an invite or takes it back whose roles grant more than their own", async () => {
    const port = gatehouse.port;
    assert.equal((await define(port, administrator, "helpdesk", [...usual, "account:manage"])).status, 200);
    const helper = await newAdministrator(port, (name) => gatehouse.command("account", "set-roles", name, "helpdesk"));
    const invite = (by: SignedIn, role: string) =>
      ask(port, "/v1/admin/invites", { headers: bearer(by.access), body: { email: `${freshName()}@example.org`, roles: [role] } });
    const withdraw = (by: SignedIn, id: string) => ask(port, `/v1/admin/invites/${id}`, { method: "DELETE", headers: bearer(by.access) });
    const beyond = (answer: Answer) => {
      assert.equal(answer.status, 403, answer.body);
      assert.equal(answer.json.type, "/problems/beyond-own-permissions");
    };
    beyond(await invite(helper, "admin"));
    const more = await invite(administrator, "admin");
    assert.equal(more.status, 201, more.body);
    beyond(await withdraw(helper, more.json.id));
    assert.equal((await withdraw(administrator, more.json.id)).status, 204);
    const asMuch = await invite(administrator, "helpdesk");
    assert.equal(asMuch.status, 201, asMuch.body);
    assert.equal((await withdraw(helper, asMuch.json.id)).status, 204);
  });
});
