// T-rows over HTTP: every token that is not ours is refused by the gate and by the API, all with the same answer.
import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer, type Answer } from "./support/http.js";
import { attackerKey, decode, encode, publicKeyBytes, signEs256, signHs256, type Members } from "./support/jwt.js";
import { gateSays, newPerson, refresh, type Person, type SignedIn } from "./support/people.js";

describe("tokens that are not ours", () => {
  let gatehouse: Gatehouse;
  let person: Person & SignedIn;
  let good: ReturnType<typeof decode>;
  let jwk: Members;
  let reference: { gate: Answer; api: Answer };

  const attempt = async (token: string) => ({
    gate: await ask(gatehouse.port, "/gate/check", {
      headers: { ...bearer(token), "x-original-url": "http://app.example/page", "x-original-method": "GET" },
    }),
    api: await ask(gatehouse.port, "/v1/me", { headers: bearer(token) }),
  });
  const comparable = (answer: Answer) => {
    const { date: _date, ...headers } = answer.headers;
    for (const name of Object.keys(headers)) if (/^ratelimit/.test(name)) delete headers[name];
    const body = answer.body.replace(/[0-9a-f]{32}/g, "ID");
    return { status: answer.status, headers, body };
  };
  const refuses = async (token: string, name = token) => {
    const { gate, api } = await attempt(token);
    assert.equal(gate.status, 401, `gate: ${name}`);
    assert.equal(api.status, 401, `api: ${name}`);
    assert.deepEqual(comparable(gate), comparable(reference.gate), name);
    assert.deepEqual(comparable(api), comparable(reference.api), name);
  };

  before(async () => {
    gatehouse = await Gatehouse.start();
    person = await newPerson(gatehouse.port);
    good = decode(person.access);
    jwk = (await ask(gatehouse.port, "/.well-known/jwks.json")).json.keys.find((k: Members) => k["kid"] === good.header["kid"]);
    const [header, claims] = person.access.split(".");
    reference = await attempt(`${header}.${claims}.${Buffer.alloc(64, 1).toString("base64url")}`);
    assert.equal(reference.gate.status, 401);
  });
  after(() => gatehouse.stop());

  test("the token all of these are made from is accepted", async () => {
    const { gate, api } = await attempt(person.access);
    assert.equal(gate.status, 200);
    assert.equal(gate.headers["x-auth-subject"], person.id);
    assert.equal(api.status, 200);
    assert.equal(good.header["typ"], "at+jwt");
    for (const personal of [person.username, person.email]) assert.ok(!JSON.stringify(good.claims).includes(personal));
  });

  for (const alg of ["none", "None", "NONE", "nOnE", ""]) {
    test(`T01 refuses alg "${alg}"`, async () => {
      const input = `${encode({ ...good.header, alg })}.${encode(good.claims)}`;
      for (const token of [`${input}.`, input, `${input}.${person.access.split(".")[2]}`]) await refuses(token);
    });
  }

  test("T02 refuses HS256 keyed with the published key in any form", async () => {
    for (const [form, secret] of Object.entries(publicKeyBytes(jwk))) {
      for (const alg of ["HS256", "ES256"]) await refuses(signHs256(secret, { ...good.header, alg }, good.claims), form);
    }
  });

  test("T03 refuses a key that the token brings itself", async () => {
    const attacker = attackerKey();
    for (const kid of [good.header["kid"], "mine", undefined]) {
      const header = { ...good.header, kid, jwk: { ...attacker.jwk, kid } };
      await refuses(signEs256(attacker.privateKey, header, good.claims));
    }
    await refuses(signEs256(attacker.privateKey, good.header, good.claims));
  });

  test("T04 refuses jku and x5u, and asks nobody for them", async () => {
    let connections = 0;
    const canary = createServer(() => connections++);
    await new Promise<void>((done) => canary.listen(0, "127.0.0.1", done));
    const { port } = canary.address() as AddressInfo;
    const attacker = attackerKey();
    for (const url of [`http://127.0.0.1:${port}/jwks`, "file:///etc/passwd"]) {
      for (const name of ["jku", "x5u"]) await refuses(signEs256(attacker.privateKey, { ...good.header, [name]: url }, good.claims));
    }
    await new Promise((done) => canary.close(done));
    assert.equal(connections, 0);
  });

  test("T05 refuses kids that are paths, queries, long or no strings", async () => {
    const attacker = attackerKey();
    const kids = ["../../../../dev/null", "' OR '1'='1", "k".repeat(4000), ["a"], 1, null, {}, "", "\0", "a\nb"];
    for (const kid of kids) await refuses(signEs256(attacker.privateKey, { ...good.header, kid }, good.claims), String(kid));
    for (let i = 0; i < 500; i++) {
      assert.equal(await gateSays(gatehouse.port, signEs256(attacker.privateKey, { ...good.header, kid: `k${i}` }, good.claims)), 401);
    }
    assert.equal(await gateSays(gatehouse.port, person.access), 200);
  });

  test("T08 refuses other kinds of token", async () => {
    await refuses(person.refresh);
    for (const typ of ["JWT", "id+jwt", "logout+jwt", "", undefined]) {
      const [, claims, signature] = person.access.split(".");
      await refuses(`${encode({ ...good.header, typ })}.${claims}.${signature}`, String(typ));
    }
    assert.equal((await refresh(gatehouse.port, person.access)).status, 401);
  });

  test("T11 refuses members that stand twice", async () => {
    const attacker = attackerKey();
    const twice = (json: string, member: string) => json.replace("{", `{${member},`);
    const header = JSON.stringify(good.header);
    const claims = JSON.stringify(good.claims);
    await refuses(signEs256(attacker.privateKey, twice(header, '"alg":"none"'), claims));
    await refuses(signEs256(attacker.privateKey, header, twice(claims, '"sub":"admin"')));
  });

  test("T12 refuses signatures that are zero, of the curve's order, DER, too long or too short", async () => {
    const input = person.access.split(".").slice(0, 2).join(".");
    const order = Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex");
    const [r, s] = [good.signature.subarray(0, 32), good.signature.subarray(32)];
    const der = Buffer.concat([Buffer.from([0x30, 0x46, 0x02, 0x21, 0]), r, Buffer.from([0x02, 0x21, 0]), s]);
    const signatures = [
      Buffer.alloc(64), Buffer.concat([order, order]), Buffer.concat([r, Buffer.alloc(32)]), Buffer.concat([Buffer.alloc(32), s]),
      Buffer.concat([r, order]), der, good.signature.subarray(0, 63), Buffer.concat([good.signature, Buffer.from([0])]), Buffer.alloc(0),
      Buffer.concat([s, r]), good.signature.subarray(0, 32), Buffer.concat([good.signature, good.signature]),
    ];
    for (const signature of signatures) await refuses(`${input}.${signature.toString("base64url")}`, signature.toString("hex"));
  });

  test("T13 refuses base64url that is not the canonical form", async () => {
    const [header, claims, signature] = person.access.split(".") as [string, string, string];
    // 64 bytes are 86 characters: the last one carries 4 bits that must be zero.
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet[alphabet.indexOf(signature.at(-1)!) + 1]!;
    const forms = [
      `${header}.${claims}.${signature}==`, `${header}=.${claims}.${signature}`, `${header}.${claims} .${signature}`,
      `${header}.${claims}.${signature.slice(0, -1)}${last}`, `${header}.${claims}.${signature}\t`.trimEnd() + "!",
      `${header}.${claims}.+${signature.slice(1)}`, `${header}.${claims}./${signature.slice(1)}`,
      `${header}.${claims}.${signature}.`, `.${header}.${claims}.${signature}`, `${header}.${claims}.${signature}.x`, `${header}..${signature}`,
    ];
    for (const token of forms) await refuses(token);
  });

  test("T17 the key set lists no private, symmetric or doubled key", async () => {
    const answer = await ask(gatehouse.port, "/.well-known/jwks.json");
    assert.match(String(answer.headers["cache-control"]), /public/);
    const { keys } = answer.json as { keys: Members[] };
    assert.ok(keys.length >= 2, "current and next");
    for (const key of keys) {
      for (const member of ["d", "p", "q", "dp", "dq", "qi", "k", "oth"]) assert.ok(!(member in key));
      assert.notEqual(key["kty"], "oct");
    }
    assert.equal(new Set(keys.map((key) => key["kid"])).size, keys.length);
  });

  test("a token twice, in two headers or with another scheme, is refused", async () => {
    const port = gatehouse.port;
    const gate = { "x-original-url": "http://app.example/page", "x-original-method": "GET" };
    const { access } = person;
    const attempts: Record<string, string | string[]>[] = [
      { authorization: `Basic ${access}` },
      { authorization: access },
      { authorization: `Bearer ${access} ${access}` },
      { authorization: `Bearer  ${access},Bearer ${access}` },
      { authorization: `Bearer ${access}`, cookie: `__Host-gatehouse_access=${access}` },
      { cookie: `__Host-gatehouse_access=${access}; __Host-gatehouse_access=${access}` },
      { cookie: `__host-gatehouse_access=${access}` },
    ];
    for (const headers of attempts) {
      assert.equal((await ask(port, "/gate/check", { headers: { ...gate, ...headers } })).status, 401, JSON.stringify(headers));
    }
  });
});

for (const algorithm of ["es256", "eddsa", "rs256", "hs256"]) {
  test(`T17 T02 ${algorithm}: signs, verifies, and publishes only what may be public`, async () => {
    const gatehouse = await Gatehouse.start({ settings: { "token.algorithm": `"${algorithm}"` } });
    try {
      const person = await newPerson(gatehouse.port);
      assert.equal(await gateSays(gatehouse.port, person.access), 200);
      const { header, claims } = decode(person.access);
      const { keys } = (await ask(gatehouse.port, "/.well-known/jwks.json")).json as { keys: Members[] };
      if (algorithm === "hs256") assert.deepEqual(keys, []);
      for (const key of keys) {
        for (const member of ["d", "p", "q", "k"]) assert.ok(!(member in key));
        if (algorithm === "rs256") assert.equal(Buffer.from(String(key["n"]), "base64url").length, 384);
        for (const form of Object.values(publicKeyBytes(key))) {
          assert.equal(await gateSays(gatehouse.port, signHs256(form, { ...header, alg: "HS256" }, claims)), 401);
        }
      }
    } finally {
      await gatehouse.stop();
    }
  });
}
