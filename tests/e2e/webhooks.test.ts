// Events told to other programs: signed as Standard Webhooks has it, once for each that wants them, whatever is killed.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer } from "./support/http.js";
import { newAdministrator } from "./support/factors.js";
import { until } from "./support/until.js";
import { verifies, WebhookReceiver } from "./support/webhook_receiver.js";

const settings = { "webhook.allow_http": "true", "webhook.allow_private": "true" };

describe("webhooks", () => {
  let gatehouse: Gatehouse;
  let receiver: WebhookReceiver;
  let access: string;
  before(async () => {
    receiver = await WebhookReceiver.start();
    gatehouse = await Gatehouse.start({ settings });
    access = (await newAdministrator(gatehouse.port, (name) => gatehouse.command("account", "set-roles", name, "admin"))).access;
  });
  after(async () => {
    await gatehouse.stop();
    await receiver.stop();
  });

  const admin = (path: string, method: string, body?: unknown) =>
    ask(gatehouse.port, `/v1/admin/webhooks${path}`, { method, headers: bearer(access), ...(body ? { body } : {}) });
  // Something that is an event: an endpoint that wants nothing is added and removed.
  const cause = async () => {
    const other = await admin("", "POST", { name: "other", url: "http://127.0.0.1:9/", types: ["key.rotated"] });
    assert.equal(other.status, 201, other.body);
    assert.equal((await admin(`/${other.json.id}`, "DELETE")).status, 204);
    return other.json.id as string;
  };

  test("an event arrives, signed, and again under the same id until it is taken, with both secrets of a rotation", async () => {
    const added = await admin("", "POST", { name: "SIEM", url: receiver.url, types: ["webhook.*"] });
    assert.equal(added.status, 201, added.body);
    const { id, secret } = added.json;
    assert.match(secret, /^whsec_/);
    assert.doesNotMatch((await admin("", "GET")).body, /whsec_/);

    const other = await cause();
    const told = await receiver.first((r) => r.json.type === "webhook.removed");
    assert.ok(verifies(told, secret));
    assert.equal(told.json.data.fields.endpoint, other);
    assert.equal(told.id, `evt_${told.json.data.seq}`);
    assert.ok(!verifies({ ...told, body: told.body.replace("removed", "added") }, secret));
    assert.ok(!verifies({ ...told, id: "evt_1" }, secret));

    receiver.answer = 500;
    const seen = receiver.received.length;
    await cause();
    await until("it was refused", 60, () => receiver.received.length > seen);
    receiver.answer = 204;
    const refused = receiver.received[seen]!;
    await until("it comes again", 60, () => receiver.received.filter((r) => r.id === refused.id).length > 1);

    const rotated = await admin(`/${id}`, "PATCH", { rotate_secret: true });
    const next = receiver.received.length;
    await cause();
    await until("the next arrives", 60, () => receiver.received.slice(next).some((r) => r.json.type === "webhook.removed"));
    const last = receiver.received.at(-1)!;
    assert.ok(verifies(last, secret) && verifies(last, rotated.json.secret));
  });

  test("what was missed is sent again on demand", async () => {
    const seq = receiver.received.find((r) => r.json.type === "webhook.removed")!.json.data.seq;
    const { id } = (await admin("", "GET")).json.webhooks[0];
    const before = receiver.received.filter((r) => r.id === `evt_${seq}`).length;
    const replayed = await admin(`/${id}/replay`, "POST", { first: seq, last: seq });
    assert.equal(replayed.status, 202, replayed.body);
    assert.equal(replayed.json.events, 1);
    await until("it comes again", 60, () => receiver.received.filter((r) => r.id === `evt_${seq}`).length > before);
  });

  test("an event whose process is killed is told after the next start", async () => {
    receiver.answer = 503;
    const other = await cause();
    await gatehouse.process.kill();
    receiver.answer = 204;
    const seen = receiver.received.length;
    await gatehouse.start();
    await until("the event arrives", 120, () =>
      receiver.received.slice(seen).some((r) => r.json.type === "webhook.removed" && r.json.data.fields.endpoint === other),
    );
  });

  test("L02 neither secret nor URL is in logs or metrics", async () => {
    const text = gatehouse.process.lines.join("\n") + (await ask(gatehouse.adminPort, "/metrics")).body;
    assert.ok(!text.includes("whsec_"));
    assert.ok(!text.includes("/hook"));
  });
});

describe("a receiver that hangs", () => {
  test("holds up no other, is told by one delivery at a time, and does not keep the program from stopping", async () => {
    const [slow, quick] = [await WebhookReceiver.start(), await WebhookReceiver.start()];
    slow.hangs = true;
    // Longer than the program may take to stop before it is killed.
    const gatehouse = await Gatehouse.start({ settings: { ...settings, "webhook.timeout": '"30s"' } });
    try {
      const { access } = await newAdministrator(gatehouse.port, (name) => gatehouse.command("account", "set-roles", name, "admin"));
      const headers = bearer(access);
      const add = async (name: string, url: string, types: string[]) => {
        const added = await ask(gatehouse.port, "/v1/admin/webhooks", { headers, body: { name, url, types } });
        assert.equal(added.status, 201, added.body);
      };
      await add("slow", slow.url, ["webhook.added"]);
      await add("quick", quick.url, ["webhook.added"]);
      // More than are looked at in one go wait for the slow one.
      for (let i = 0; i < 20; i++) await add(`none ${i}`, "http://127.0.0.1:9/", ["key.rotated"]);
      await until("the slow one has an event", 60, () => slow.hanging > 0);
      const hanging = slow.received[0]!.id;
      await until("the quick one has them all", 60, () => new Set(quick.received.map((r) => r.id)).size >= 20);
      assert.deepEqual([slow.hanging, slow.received.length], [1, 1], "the first delivery still hangs, and is the only one");
      assert.equal(await gatehouse.process.stop(), 0);
      assert.equal(slow.hanging, 0);
      slow.hangs = false;
      await gatehouse.start();
      await until("it is told again", 60, () => slow.received.slice(1).some((r) => r.id === hanging));
    } finally {
      await gatehouse.stop();
      await slow.stop();
      await quick.stop();
    }
  });
});

describe("a server that must not be used to reach others", () => {
  test("SSRF an endpoint on this machine is asked for nothing", async () => {
    const receiver = await WebhookReceiver.start();
    const gatehouse = await Gatehouse.start({ settings: { "webhook.allow_http": "true" } });
    try {
      const { access } = await newAdministrator(gatehouse.port, (name) => gatehouse.command("account", "set-roles", name, "admin"));
      const headers = bearer(access);
      const url = receiver.url.replace("127.0.0.1", "localhost");
      const added = await ask(gatehouse.port, "/v1/admin/webhooks", { headers, body: { name: "x", url } });
      assert.equal(added.status, 201);
      await ask(gatehouse.port, "/v1/admin/webhooks", { headers, body: { name: "y", url: "http://127.0.0.1:9/" } });
      const failure = async () => (await ask(gatehouse.port, "/v1/admin/webhooks", { headers })).json.webhooks[0].last_failure;
      await until("it was tried", 60, async () => (await failure()) === "private_address");
      assert.equal(receiver.received.length, 0);
      for (const bad of ["file:///etc/passwd", "https://user:password@example.org/", "https://example.org/#x"]) {
        const refused = await ask(gatehouse.port, "/v1/admin/webhooks", { headers, body: { name: "z", url: bad } });
        assert.equal(refused.status, 400, bad);
      }
    } finally {
      await gatehouse.stop();
      await receiver.stop();
    }
  });
});
