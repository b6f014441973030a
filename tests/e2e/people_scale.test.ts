// What people do, on several nodes with PostgreSQL (behind PgBouncer, with a replica) and Redis: each step of one act is
// taken on another node, and what may be done once is tried on both at once.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Application } from "./support/application.js";
import { Authenticator } from "./support/authenticator.js";
import { enrolApp, newAdministrator } from "./support/factors.js";
import { ask, bearer, type Answer } from "./support/http.js";
import { Mailbox } from "./support/mailbox.js";
import { freshName, gateSays, login, newPerson, password, refresh, register, signIn } from "./support/people.js";
import { Cluster } from "./support/scale/cluster.js";
import { until } from "./support/until.js";

describe("people on several nodes", () => {
  let application: Application;
  let cluster: Cluster;
  let mailbox: Mailbox;
  let one: number; // ports of the two identity nodes
  let two: number;
  before(async () => {
    application = await Application.start();
    const settings = { "password.memory_kib": "7168", "password.iterations": "5" };
    cluster = await Cluster.start(application.port, { settings });
    [one, two] = cluster.identity.map((node) => node.port) as [number, number];
    mailbox = new Mailbox(...cluster.identity);
  });
  after(async () => {
    await cluster?.stop();
    await application?.stop();
  });

  const both = <T>(work: (port: number) => Promise<T>): Promise<T[]> => Promise.all([one, two].map(work));
  const good = (answers: Answer[]) => answers.filter(({ status }) => status < 300).length;
  const secondStep = (port: number, first: Answer, body: object) =>
    ask(port, "/v1/login/second-factor", { body: { transaction: first.json.transaction, refresh_in: "body", ...body } });
  // What has ended is refused at each gate, none of which has a database.
  const refusedEverywhere = (token: string) =>
    until("every gate refuses it", 10, async () => {
      const said = await Promise.all(cluster.gates.map((gate) => gateSays(gate.port, token)));
      return said.every((status) => status === 401);
    });
  const admitted = async (token: string) => {
    for (const gate of cluster.gates) assert.equal(await gateSays(gate.port, token), 200);
  };

  test("an address is shown on one node, its password forgotten on the other and set anew, once", async () => {
    const person = await register(one);
    const proof = { token: (await mailbox.next(person.email)).token };
    assert.deepEqual((await both((port) => ask(port, "/v1/email/verify", { body: proof }))).map((a) => a.status).sort(), [204, 403]);
    const session = await signIn(two, { username: person.username });
    await admitted(session.access);
    assert.equal((await ask(two, "/v1/password/forgot", { body: { email: person.email } })).status, 202);
    const { token } = await mailbox.next(person.email);
    const renewed = "seven copper violins at dusk";
    const resets = await both((port) => ask(port, "/v1/password/reset", { body: { token, password: renewed } }));
    assert.equal(good(resets), 1, "S05 the link is good once");
    await refusedEverywhere(session.access);
    for (const status of (await both((port) => refresh(port, session.refresh))).map((a) => a.status)) assert.equal(status, 401);
    for (const answer of await both((port) => login(port, person))) assert.equal(answer.status, 401);
    await admitted((await signIn(one, person, renewed)).access);
  });

  test("M02 M05 a code and a recovery code are good once, whichever node is asked", async () => {
    const person = await newPerson(one);
    const { app, codes } = await enrolApp(two, person.access);
    for (const body of [{ method: "totp", code: app.code() }, { method: "recovery_code", code: codes[0] }]) {
      const firsts = await both((port) => login(port, person));
      const [here, there] = firsts as [Answer, Answer];
      // The sign-in that began on one node goes on at the other.
      assert.equal(good([await secondStep(two, here, { method: "totp", code: "000000" })]), 0);
      const answers = await Promise.all([secondStep(two, here, body), secondStep(one, there, body)]);
      assert.equal(good(answers), 1, body.method);
    }
  });

  test("M04 wrong codes count together", async () => {
    const person = await newPerson(one);
    const { app } = await enrolApp(one, person.access);
    const first = await login(one, person);
    for (let i = 0; i < 5; i++) await secondStep(i % 2 === 0 ? one : two, first, { method: "totp", code: "000000" });
    for (const port of [one, two]) {
      assert.match((await secondStep(port, first, { method: "totp", code: app.code() })).json.type, /sign-in-ended/);
    }
  });

  test("M07 a passkey's ceremony begins on one node and ends on the other, once", async () => {
    const person = await newPerson(one);
    const key = new Authenticator();
    const ours = { origin: `http://127.0.0.1:${cluster.port}`, relyingParty: "127.0.0.1" };
    const headers = bearer(person.access);
    const enrolment = await ask(one, "/v1/factors/webauthn/options", { method: "POST", headers });
    const credential = key.create(enrolment.json.public_key, ours);
    const added = await ask(two, "/v1/factors/webauthn", { headers, body: { name: "laptop", credential } });
    assert.equal(added.status, 201, added.body);
    const begun = await ask(one, "/v1/login/webauthn/options", { body: {} });
    const handle = Buffer.from(person.id.replaceAll("-", ""), "hex").toString("base64url");
    const body = {
      transaction: begun.json.transaction,
      credential: key.get(begun.json.public_key, ours, handle),
      refresh_in: "body",
    };
    assert.equal(good(await both((port) => ask(port, "/v1/login/webauthn", { body }))), 1);
  });

  test("an administrator on one node invites, disables and resets factors, and the other node and each gate obey", async () => {
    const run = (name: string) => cluster.identity[0]!.command("account", "set-roles", name, "admin");
    const headers = bearer((await newAdministrator(one, run)).access);
    const email = `${freshName()}@example.org`;
    const invite = await ask(two, "/v1/admin/invites", { headers, body: { email, roles: ["member"] } });
    assert.equal(invite.status, 201, invite.body);
    const guest = { username: freshName() };
    const acceptance = { ...guest, password, token: (await mailbox.next(email)).token };
    assert.equal(good(await both((port) => ask(port, "/v1/invite/accept", { body: acceptance }))), 1);
    const session = await signIn(two, guest);
    await admitted(session.access);
    await enrolApp(one, session.access);
    const { id } = (await ask(one, "/v1/me", { headers: bearer(session.access) })).json;
    assert.equal((await ask(one, `/v1/admin/accounts/${id}/factors`, { method: "DELETE", headers })).status, 200);
    await refusedEverywhere(session.access);
    const next = await signIn(two, guest);
    assert.equal((await ask(one, `/v1/admin/accounts/${id}/disable`, { method: "POST", headers })).status, 200);
    await refusedEverywhere(next.access);
    for (const answer of await both((port) => login(port, guest))) assert.equal(answer.status, 401);
  });

  test("the audit log that two nodes wrote is whole", async () => {
    const verify = () => cluster.identity[1]!.command("audit", "verify");
    await until("everything is sealed", 20, () => !/not sealed yet/.test(verify().output));
    const { status, output } = verify();
    assert.equal(status, 0, output);
  });
});
