// M-rows over HTTP: second factors, passkeys, and what asks for a fresher or stronger sign-in.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Authenticator, type Ceremony } from "./support/authenticator.js";
import { enrolApp, newAdministrator } from "./support/factors.js";
import { ask, bearer, type Answer } from "./support/http.js";
import { decode } from "./support/jwt.js";
import { gateSays, login, newPerson, password, refresh, signIn, type Person, type SignedIn } from "./support/people.js";
import { Gatehouse } from "./support/gatehouse.js";
import { Stack } from "./support/stack.js";

const rule = (path: string, more: string) => `[[gate.rule]]\npath = "${path}"\n${more}\n`;

describe("second factors", () => {
  let stack: Stack;
  let port: number;
  let ours: Ceremony;
  before(async () => {
    const tables = rule("/strong/**", 'acr = "2fa"') + rule("/resistant/**", 'acr = "phr"') + rule("/mfa/**", "mfa = true");
    stack = await Stack.start({ tables, settings: { "pages.name": '"Acme Portal"' } });
    port = stack.gatehouse.port;
    ours = { origin: `http://127.0.0.1:${stack.nginx.port}`, relyingParty: "127.0.0.1" };
  });
  after(() => stack.stop());

  const handleOf = (person: Person) => Buffer.from(person.id.replaceAll("-", ""), "hex").toString("base64url");
  const secondStep = (first: Answer, body: object) =>
    ask(port, "/v1/login/second-factor", { body: { transaction: first.json.transaction, refresh_in: "body", ...body } });
  const code = (first: Answer, value: string, method = "totp") => secondStep(first, { method, code: value });
  const options = (body: object = {}) => ask(port, "/v1/login/webauthn/options", { body });
  const withPasskey = (begun: Answer, credential: object) =>
    ask(port, "/v1/login/webauthn", { body: { transaction: begun.json.transaction, credential, refresh_in: "body" } });
  async function addPasskey(person: SignedIn, key: Authenticator): Promise<Answer> {
    const headers = bearer(person.access);
    const begun = await ask(port, "/v1/factors/webauthn/options", { method: "POST", headers });
    assert.equal(begun.status, 200, begun.body);
    const credential = key.create(begun.json.public_key, ours);
    return ask(port, "/v1/factors/webauthn", { headers, body: { name: "laptop", credential } });
  }
  const gate = (token: string, path: string) => gateSays(port, token, `http://app.example${path}`);

  test("an app is enrolled, asked for after the password, and its token says so", async () => {
    const person = await newPerson(port);
    const begun = await ask(port, "/v1/factors/totp", { headers: bearer(person.access), body: { name: "phone" } });
    assert.match(begun.json.uri, /^otpauth:\/\/totp\/Acme%20Portal:/);
    assert.match(begun.json.qr_svg, /^<svg [^>]*viewBox="0 0 \d+ \d+"/);
    const { app } = await enrolApp(port, person.access);
    const first = await login(port, person);
    assert.deepEqual([first.status, first.json.next, first.json.methods], [200, "second_factor", ["totp", "recovery_code"]]);
    assert.equal(first.headers["set-cookie"], undefined);
    const done = await code(first, app.code());
    assert.equal(done.status, 200, done.body);
    const { claims } = decode(done.json.access_token);
    assert.deepEqual([claims["acr"], claims["amr"]], ["urn:gatehouse:acr:2fa", ["pwd", "otp", "mfa"]]);
    assert.equal(await gate(done.json.access_token, "/strong/x"), 200);
    assert.equal(await gate(done.json.access_token, "/mfa/x"), 200);
    assert.equal(await gate(done.json.access_token, "/resistant/x"), 401);
  });

  test("M02 a code is used once, by whichever of many comes first", async () => {
    const person = await newPerson(port);
    const { app } = await enrolApp(port, person.access);
    const firsts = await Promise.all([1, 2, 3, 4].map(() => login(port, person)));
    const good = app.code();
    const answers = await Promise.all(firsts.map((first) => code(first, good)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    for (const wrong of [` ${app.code(1)}`, `${app.code(1)}0`, "١٢٣٤٥٦"]) {
      const answer = await code(await login(port, person), wrong);
      assert.notEqual(answer.status, 200, wrong);
    }
  });

  test("M03 the transaction opens nothing else", async () => {
    const person = await newPerson(port);
    await enrolApp(port, person.access);
    const { transaction } = (await login(port, person)).json;
    for (const path of ["/v1/me", "/v1/sessions", "/v1/factors", "/v1/admin/accounts"]) {
      assert.equal((await ask(port, path, { headers: bearer(transaction) })).status, 401, path);
    }
    assert.equal((await ask(stack.nginx.port, "/page", { headers: bearer(transaction) })).status, 401);
    assert.equal((await refresh(port, transaction)).status, 401);
  });

  test("M04 five wrong codes end the sign-in, and a new one has to wait", async () => {
    const person = await newPerson(port);
    const { app } = await enrolApp(port, person.access);
    const first = await login(port, person);
    for (let i = 0; i < 5; i++) assert.match((await code(first, "000000")).json.type, /wrong-code/);
    assert.match((await code(first, app.code())).json.type, /sign-in-ended/);
    const again = await code(await login(port, person), app.code());
    assert.equal(again.status, 429);
    assert.ok(Number(again.headers["retry-after"]) > 20);
  });

  test("M05 a recovery code is good once, also at once, and for its owner alone", async () => {
    const [person, other] = [await newPerson(port), await newPerson(port)];
    const { codes } = await enrolApp(port, person.access);
    await enrolApp(port, other.access);
    assert.equal((await code(await login(port, other), codes[0]!, "recovery_code")).status, 401);
    const firsts = await Promise.all([1, 2, 3].map(() => login(port, person)));
    const answers = await Promise.all(firsts.map((first) => code(first, codes[0]!, "recovery_code")));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  });

  test("M06 a session of one factor changes no factor once there is one, and reauthenticates with it", async () => {
    const person = await newPerson(port);
    const weak = (await login(port, person)).json;
    const { app, factor } = await enrolApp(port, person.access);
    const headers = bearer(weak.access_token);
    const refused = await ask(port, `/v1/factors/${factor}`, { method: "DELETE", headers });
    assert.equal(refused.status, 401);
    assert.match(refused.headers["www-authenticate"]!, /error="insufficient_user_authentication", acr_values="urn:gatehouse:acr:2fa"/);
    assert.equal((await ask(port, "/v1/reauthenticate", { headers, body: { password } })).status, 401);
    const renewed = await ask(port, "/v1/reauthenticate", { headers, body: { method: "totp", code: app.code() } });
    assert.equal(renewed.status, 200, renewed.body);
    assert.equal(await gateSays(port, weak.access_token), 401, "V7.2.4 the weak token");
    const strong = bearer(renewed.json.access_token);
    assert.equal((await ask(port, `/v1/factors/${factor}`, { method: "DELETE", headers: strong })).status, 204);
    assert.equal(await gateSays(port, person.access), 401, "S05 the other session has ended");
    assert.equal(await gateSays(port, renewed.json.access_token), 401, "and this one, which was one of two factors");
  });

  test("V7.2.4 a token from before a reauthentication is refused at every gate at once, and its refresh token", async () => {
    for (let round = 0; round < 5; round++) {
      const person = await newPerson(port);
      const other = await signIn(port, person);
      const rotated = (await refresh(port, person.refresh)).json;
      const headers = bearer(rotated.access_token);
      const renewed = await ask(port, "/v1/reauthenticate", { headers, body: { password } });
      assert.equal(renewed.status, 200, renewed.body);
      for (const old of [person.access, rotated.access_token]) {
        assert.equal(await gateSays(port, old), 401);
        assert.equal((await ask(stack.nginx.port, "/page", { headers: bearer(old) })).status, 401);
      }
      for (const old of [person.refresh, rotated.refresh_token]) assert.equal((await refresh(port, old)).status, 401);
      assert.equal(await gateSays(port, renewed.json.access_token), 200);
      const next = await refresh(port, renewed.json.refresh_token);
      assert.equal(next.status, 200, next.body);
      const { sessions } = (await ask(port, "/v1/sessions", { headers: bearer(next.json.access_token) })).json;
      const ids = sessions.map(({ id }: { id: string }) => id).sort();
      assert.deepEqual(ids, [other.session, renewed.json.session_id].sort());
      assert.equal(await gateSays(port, other.access), 200, "another device's session is as it was");
    }
  });

  test("V7.2.4 refreshes beside a reauthentication never end the session that goes on", async () => {
    for (let round = 0; round < 5; round++) {
      const person = await newPerson(port);
      const headers = bearer(person.access);
      const [renewed, ...refreshed] = await Promise.all([
        ask(port, "/v1/reauthenticate", { headers, body: { password } }),
        ...Array.from({ length: 4 }, () => refresh(port, person.refresh)),
      ]);
      assert.equal(renewed!.status, 200, renewed!.body);
      for (const answer of refreshed) {
        if (answer.status === 200) assert.equal(await gateSays(port, answer.json.access_token), 401);
        else assert.equal(answer.status, 401, answer.body);
      }
      assert.equal((await refresh(port, person.refresh)).status, 401);
      assert.equal(await gateSays(port, renewed!.json.access_token), 200);
      assert.equal((await refresh(port, renewed!.json.refresh_token)).status, 200);
    }
  });

  test("a passkey signs in without a name, and counts as two factors that can't be phished", async () => {
    const person = await newPerson(port);
    const key = new Authenticator();
    const added = await addPasskey(person, key);
    assert.equal(added.status, 201, added.body);
    assert.equal(added.json.codes.length, 10);
    const begun = await options();
    assert.deepEqual(begun.json.public_key.allowCredentials, []);
    const done = await withPasskey(begun, key.get(begun.json.public_key, ours, handleOf(person)));
    assert.equal(done.status, 200, done.body);
    const { claims } = decode(done.json.access_token);
    assert.deepEqual([claims["acr"], claims["amr"], claims["sub"]], ["phr", ["hwk", "user", "mfa"], person.id]);
    assert.equal(await gate(done.json.access_token, "/resistant/x"), 200);
    const cookies = await ask(port, "/v1/login/webauthn/options", { body: {} }).then((again) =>
      ask(port, "/v1/login/webauthn", {
        headers: { origin: ours.origin },
        body: { transaction: again.json.transaction, credential: key.get(again.json.public_key, ours, handleOf(person)) },
      }),
    );
    assert.ok(cookies.cookies["__Host-gatehouse_refresh"]);
  });

  test("a passkey is the second step after a password", async () => {
    const person = await newPerson(port);
    const key = new Authenticator();
    await addPasskey(person, key);
    const first = await login(port, person);
    const begun = await options({ transaction: first.json.transaction });
    assert.equal(begun.json.public_key.allowCredentials.length, 1);
    const touch = { ...ours, userVerified: false };
    const done = await secondStep(first, { method: "webauthn", credential: key.get(begun.json.public_key, touch) });
    assert.equal(done.status, 200, done.body);
    assert.deepEqual(decode(done.json.access_token).claims["amr"], ["pwd", "hwk", "user", "mfa"]);
  });

  test("M07 each answer that is not exactly right is 400", async () => {
    const [person, other] = [await newPerson(port), await newPerson(port)];
    const key = new Authenticator();
    await addPasskey(person, key);
    const attacks: Record<string, Partial<Ceremony>> = {
      subdomain: { origin: `http://evil.127.0.0.1:${stack.nginx.port}` },
      "another port": { origin: "http://127.0.0.1:1" },
      "another scheme": { origin: ours.origin.replace("http:", "https:") },
      "another relying party": { relyingParty: "evil.example" },
      "another type": { type: "webauthn.create" },
      "inside a frame": { crossOrigin: true },
      "nobody verified": { userVerified: false },
    };
    for (const [name, change] of Object.entries(attacks)) {
      const begun = await options();
      const answer = await withPasskey(begun, key.get(begun.json.public_key, { ...ours, ...change }, handleOf(person)));
      assert.deepEqual([answer.status, answer.json.type], [400, "/problems/passkey-refused"], name);
    }
    const begun = await options();
    const handle = await withPasskey(begun, key.get(begun.json.public_key, ours, handleOf(other)));
    assert.equal(handle.status, 400, "another's user handle");
    const good = key.get(begun.json.public_key, ours, handleOf(person));
    assert.equal((await withPasskey(begun, good)).status, 200);
    assert.equal((await withPasskey(begun, good)).status, 400, "replayed");
  });

  test("where an address must be shown before a sign-in, a passkey is no way around it", async () => {
    const settings = { "server.public_url": '"http://127.0.0.1:9"' };
    const there = { origin: "http://127.0.0.1:9", relyingParty: "127.0.0.1" };
    const gatehouse = await Gatehouse.start({ settings });
    try {
      const person = await newPerson(gatehouse.port);
      const key = new Authenticator();
      const headers = bearer(person.access);
      const begun = await ask(gatehouse.port, "/v1/factors/webauthn/options", { method: "POST", headers });
      const body = { name: "laptop", credential: key.create(begun.json.public_key, there) };
      assert.equal((await ask(gatehouse.port, "/v1/factors/webauthn", { headers, body })).status, 201);
      await gatehouse.process.stop();
      gatehouse.configure({ settings: { ...settings, "registration.verify_email": '"require"' } });
      await gatehouse.start();
      const first = await ask(gatehouse.port, "/v1/login/webauthn/options", { body: {} });
      const credential = key.get(first.json.public_key, there, handleOf(person));
      const answer = await ask(gatehouse.port, "/v1/login/webauthn", {
        body: { transaction: first.json.transaction, credential, refresh_in: "body" },
      });
      assert.deepEqual([answer.status, answer.json.type], [403, "/problems/email-unverified"]);
    } finally {
      await gatehouse.stop();
    }
  });

  test("M08 the options for a sign-in are alike whoever asks, and take no name", async () => {
    const plain = async () => {
      const { challenge, ...rest } = (await options()).json.public_key;
      assert.equal(Buffer.from(challenge, "base64url").length, 40);
      return rest;
    };
    assert.deepEqual(await plain(), await plain());
    assert.equal((await options({ username: "alice" })).status, 400);
  });

  test("administrators act with two factors only; what was lost is reset over HTTP and by command", async () => {
    const run = (username: string) => stack.gatehouse.command("account", "set-roles", username, "admin");
    const admin = await newAdministrator(port, run);
    const person = await newPerson(port);
    await enrolApp(port, person.access);
    const path = `/v1/admin/accounts/${person.id}/factors`;
    assert.equal((await ask(port, path, { method: "DELETE", headers: bearer(person.access) })).status, 403);
    const reset = await ask(port, path, { method: "DELETE", headers: bearer(admin.access) });
    assert.equal(reset.status, 200, reset.body);
    assert.equal(await gateSays(port, person.access), 401);
    const back = await login(port, person);
    assert.equal(back.json.next, undefined);
    await enrolApp(port, back.json.access_token);
    const { status, output } = stack.gatehouse.command("account", "reset-factors", person.username);
    assert.equal(status, 0, output);
    assert.equal(await gateSays(port, back.json.access_token), 401);
    assert.equal((await login(port, person)).json.next, undefined);
  });

  test("L02 no secret and no code of a factor is in the log", async () => {
    const person = await newPerson(port);
    const { app, codes } = await enrolApp(port, person.access, "canarycanary");
    const used = app.code();
    await code(await login(port, person), used);
    await code(await login(port, person), codes[0]!, "recovery_code");
    const log = JSON.stringify(stack.gatehouse.log());
    for (const secret of ["canarycanary", codes[0]!, "ghl_"]) assert.ok(!log.includes(secret), secret);
  });
});
