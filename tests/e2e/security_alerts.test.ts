// Operators are told at once of what should not wait: by a webhook, in Slack's format and by mail, each once, and never
// of more than ids and numbers.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { newAdministrator } from "./support/factors.js";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer } from "./support/http.js";
import { Mailbox } from "./support/mailbox.js";
import { freshName, password, register } from "./support/people.js";
import { until } from "./support/until.js";
import { WebhookReceiver } from "./support/webhook_receiver.js";

describe("alerts", () => {
  let receiver: WebhookReceiver;
  let slack: WebhookReceiver;
  let gatehouse: Gatehouse;
  let mailbox: Mailbox;
  const operators = ["first@operators.example", "second@operators.example"];

  before(async () => {
    receiver = await WebhookReceiver.start();
    slack = await WebhookReceiver.start();
    const settings = {
      "defence.address_failures": "5",
      "alert.webhook_url": JSON.stringify(receiver.url),
      "alert.slack_url": JSON.stringify(slack.url),
      "alert.email": JSON.stringify(operators),
    };
    gatehouse = await Gatehouse.start({ settings });
    mailbox = new Mailbox(gatehouse);
  });
  after(async () => {
    await gatehouse?.stop();
    await slack?.stop();
    await receiver?.stop();
  });

  test("a blocked address is told in every way, and none of them says which", async () => {
    const headers = { "x-forwarded-for": "203.0.113.77" };
    const name = freshName();
    for (let i = 0; i < 5; i++) {
      const answer = await ask(gatehouse.port, "/v1/login", { headers, body: { username: name, password: "not the word 4711" } });
      assert.equal(answer.status, 401, answer.body);
    }
    const told = await receiver.first(({ json }) => json.type === "defence.address_blocked");
    assert.deepEqual(told.json.fields, { failures: "5", family: "ipv4" });
    const words = await slack.first(({ json }) => /address_blocked/.test(json.text));
    assert.match(words.json.text, /^An address failed to sign in too often and is blocked/);
    const letters = new Map<string, string>();
    await until("both operators have a letter", 30, () => {
      for (const letter of mailbox.take()) letters.set(letter.to, letter.source);
      return operators.every((operator) => letters.has(operator));
    });
    for (const text of [told.body, words.body, ...letters.values()]) {
      assert.doesNotMatch(text, /203\.0\.113\.77/);
      assert.doesNotMatch(text, new RegExp(name));
    }
  });

  test("a role that manages accounts is told of, and any other is not", async () => {
    const member = await register(gatehouse.port);
    const administrator = await register(gatehouse.port);
    for (const [person, role] of [[member, "member"], [administrator, "admin"]] as const) {
      const made = gatehouse.command("account", "set-roles", person.id, role);
      assert.equal(made.status, 0, made.output);
    }
    const told = await receiver.first(({ json }) => json.type === "account.roles_set");
    assert.equal(told.json.subject, administrator.id);
    assert.ok(!receiver.received.some(({ json }) => json.subject === member.id));
  });

  test("as are accounts that are made with one, or invited to one", async () => {
    const { port } = gatehouse;
    const by = await newAdministrator(port, (name) => gatehouse.command("account", "set-roles", name, "admin"));
    const post = (path: string, body: object) => ask(port, `/v1/admin/${path}`, { headers: bearer(by.access), body });
    for (const role of ["member", "admin"]) {
      const username = freshName();
      const made = await post("accounts", { username, email: `${username}@example.org`, roles: [role] });
      assert.equal(made.status, 201, made.body);
      const invited = await post("invites", { email: `${freshName()}@example.org`, roles: [role] });
      assert.equal(invited.status, 201, invited.body);
    }
    for (const type of ["account.created", "account.invited"]) {
      const told = await receiver.first(({ json }) => json.type === type);
      assert.equal(told.json.actor, by.id);
      assert.deepEqual(told.json.fields, { roles: "admin" });
    }
  });

  test("a refresh token that comes twice is told of", async () => {
    const person = await register(gatehouse.port);
    const body = { username: person.username, password, refresh_in: "body" };
    const { refresh_token: stolen } = (await ask(gatehouse.port, "/v1/login", { body })).json;
    const refresh = (token: string) => ask(gatehouse.port, "/v1/refresh", { body: { refresh_token: token } });
    const once = (await refresh(stolen)).json.refresh_token as string;
    const twice = (await refresh(once)).json.refresh_token as string;
    assert.equal((await refresh(twice)).status, 200);
    assert.equal((await refresh(stolen)).status, 401);
    const told = await receiver.first(({ json }) => json.type === "session.refresh_reuse");
    assert.equal(told.json.subject, person.id);
  });
});
