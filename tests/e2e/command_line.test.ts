// An operator's commands, next to the running process: what they end or rotate counts at once.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { ask, bearer } from "./support/http.js";
import { decode } from "./support/jwt.js";
import { newAdministrator, strengthen } from "./support/factors.js";
import { freshName, gateSays, login, newPerson, password, refresh, register, signIn } from "./support/people.js";
import { binary, environment } from "./support/paths.js";
import { Stack } from "./support/stack.js";

describe("commands reach the running process", () => {
  let stack: Stack;
  let port: number;
  before(async () => {
    stack = await Stack.start();
    port = stack.gatehouse.port;
  });
  after(() => stack.stop());
  const run = (...args: string[]) => {
    const { status, output } = stack.gatehouse.command(...args);
    assert.equal(status, 0, `${args.join(" ")}: ${output}`);
    return output;
  };
  const runWithInput = (input: string, ...args: string[]) =>
    spawnSync(binary, [...args, "--config", stack.gatehouse.configuration], { input, encoding: "utf8", env: environment });

  test("S04 account end-sessions: every token is refused when the command returns", async () => {
    const person = await newPerson(port);
    const other = await signIn(port, person);
    run("account", "end-sessions", person.username);
    for (const session of [person, other]) {
      assert.equal(await gateSays(port, session.access), 401);
      assert.equal((await refresh(port, session.refresh)).status, 401);
    }
    assert.equal((await login(port, person)).status, 200);
  });

  test("S05 account disable: tokens, refresh and sign-in end; enable revives no old token", async () => {
    const person = await newPerson(port);
    run("account", "disable", person.email);
    assert.equal(await gateSays(port, person.access), 401);
    assert.equal((await refresh(port, person.refresh)).status, 401);
    assert.equal((await login(port, person)).status, 401);
    assert.match(run("account", "show", person.username), /disabled/);
    run("account", "enable", person.id);
    assert.equal(await gateSays(port, person.access), 401);
    assert.equal((await refresh(port, person.refresh)).status, 401);
    assert.equal((await login(port, person)).status, 200);
  });

  test("account set-roles: older tokens are void, and refresh brings the new roles", async () => {
    const person = await newPerson(port);
    run("account", "set-roles", person.username, "member", "admin");
    assert.equal(await gateSays(port, person.access), 401);
    const renewed = await refresh(port, person.refresh);
    assert.equal(renewed.status, 200);
    assert.deepEqual(decode(renewed.json.access_token).claims["roles"], ["admin", "member"]);
    const weak = await ask(port, "/v1/admin/accounts", { headers: bearer(renewed.json.access_token) });
    assert.equal(weak.status, 401);
    assert.match(weak.headers["www-authenticate"]!, /insufficient_user_authentication.*urn:gatehouse:acr:2fa/);
    const { access } = await strengthen(port, renewed.json.refresh_token);
    assert.equal((await ask(port, "/v1/admin/accounts", { headers: bearer(access) })).status, 200);
    run("account", "set-roles", person.username, "member");
    assert.equal((await ask(port, "/v1/admin/accounts", { headers: bearer(access) })).status, 401);
    assert.notEqual(stack.gatehouse.command("account", "set-roles", person.username, "nosuchrole").status, 0);
  });

  test("an administrator does the same over HTTP, others may not", async () => {
    const person = await newPerson(port);
    const admin = await newAdministrator(port, (username) => run("account", "set-roles", username, "admin"));
    const token = admin.access;
    const as = (access: string) => ({ headers: bearer(access), method: "POST" });
    for (const path of [`/v1/admin/accounts/${person.id}/disable`, `/v1/admin/accounts/${admin.id}/end-sessions`]) {
      assert.equal((await ask(port, path, as(person.access))).status, 403);
    }
    assert.equal((await ask(port, "/v1/admin/accounts", { headers: bearer(person.access) })).status, 403);
    assert.equal((await ask(port, `/v1/admin/accounts/${person.id}/end-sessions`, as(token))).status < 300, true);
    assert.equal(await gateSays(port, person.access), 401);
    const again = await signIn(port, person);
    const change = { method: "PUT", headers: bearer(token), body: { roles: ["member", "admin"] } };
    assert.equal((await ask(port, `/v1/admin/accounts/${person.id}/roles`, change)).status, 200);
    assert.equal(await gateSays(port, again.access), 401);
    assert.equal((await ask(port, `/v1/admin/accounts/${person.id}/disable`, as(token))).status < 300, true);
    assert.equal((await login(port, person)).status, 401);
  });

  test("T18 keys rotate: old tokens stay good, new ones are signed with the key that was published before", async () => {
    const person = await newPerson(port);
    const published = (await ask(port, "/.well-known/jwks.json")).json.keys.map((key: { kid: string }) => key.kid) as string[];
    run("keys", "rotate");
    assert.equal(await gateSays(port, person.access), 200);
    const renewed = await refresh(port, person.refresh);
    const before = decode(person.access).header["kid"];
    const now = decode(renewed.json.access_token).header["kid"] as string;
    assert.notEqual(now, before);
    assert.ok(published.includes(now), "published before it signed");
    assert.equal(await gateSays(port, renewed.json.access_token), 200);
    assert.match(run("keys", "list"), new RegExp(now));
  });

  test("T18 keys revoke: every token of that key is refused at once, and refresh brings another", async () => {
    const person = await newPerson(port);
    const { kid } = decode(person.access).header as { kid: string };
    run("keys", "revoke", kid);
    assert.equal(await gateSays(port, person.access), 401);
    assert.equal((await ask(stack.nginx.port, "/page", { headers: bearer(person.access) })).status, 401);
    const keys = (await ask(port, "/.well-known/jwks.json")).json.keys as { kid: string }[];
    assert.ok(!keys.some((key) => key.kid === kid));
    const renewed = await refresh(port, person.refresh);
    assert.equal(renewed.status, 200);
    assert.notEqual(decode(renewed.json.access_token).header["kid"], kid);
    assert.equal(await gateSays(port, renewed.json.access_token), 200);
  });

  test("token verify says what a gate would say", async () => {
    const person = await newPerson(port);
    assert.equal(runWithInput(person.access + "\n", "token", "verify").status, 0);
    run("account", "end-sessions", person.username);
    assert.equal(runWithInput(person.access + "\n", "token", "verify").status, 1);
    assert.equal(runWithInput("nonsense\n", "token", "verify").status, 1);
  });

  test("account create reads the password from standard input and holds it to the policy", async () => {
    const username = freshName();
    const args = ["account", "create", "--username", username, "--email", `${username}@example.org`];
    assert.notEqual(runWithInput("password1234\n", ...args).status, 0);
    const made = runWithInput(`${password}\n`, ...args, "--role", "admin");
    assert.equal(made.status, 0, made.stderr);
    assert.ok(!(made.stdout + made.stderr).includes(password));
    const session = await strengthen(port, (await signIn(port, { username })).refresh);
    assert.equal((await ask(port, "/v1/admin/accounts", { headers: bearer(session.access) })).status, 200);
    assert.match(run("account", "list"), new RegExp(username));
  });

  test("config show masks secrets and names where each value came from", () => {
    const result = spawnSync(binary, ["config", "show", "--config", stack.gatehouse.configuration], {
      encoding: "utf8",
      env: { ...environment, GATEHOUSE_MASTER_KEY_VALUE: "ab".repeat(32), GATEHOUSE_LOG_LEVEL: "warn" },
    });
    assert.equal(result.status, 0, result.stderr);
    assert.ok(!result.stdout.includes("abababab"));
    assert.match(result.stdout, /GATEHOUSE_LOG_LEVEL/);
    assert.match(result.stdout, /gatehouse\.toml:\d+/);
  });

  test("migrate can be repeated beside the running process", async () => {
    run("migrate");
    run("migrate");
    await register(port);
  });
});
