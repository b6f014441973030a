// The process from start to end: configuration, readiness, kill -9, drain, certificates.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { describe, test } from "node:test";
import { makeCertificate } from "./support/certificate.js";
import { Child } from "./support/child.js";
import { Gatehouse, type GatehouseOptions } from "./support/gatehouse.js";
import { ask, bearer } from "./support/http.js";
import { binary, environment, makeFolder } from "./support/paths.js";
import { freshName, gateSays, login, logout, newPerson, password, refresh, register } from "./support/people.js";

async function withGatehouse(options: GatehouseOptions, body: (gatehouse: Gatehouse) => Promise<void>): Promise<void> {
  const gatehouse = await Gatehouse.start(options);
  try {
    await body(gatehouse);
  } finally {
    await gatehouse.stop();
  }
}

describe("starting", () => {
  test("starts without a configuration, on 127.0.0.1, with a data folder of its own", async () => {
    const folder = makeFolder();
    const variables = { ...environment, GATEHOUSE_SERVER_ADMIN_LISTEN: "127.0.0.1:0" };
    const args = ["serve", "--listen", "127.0.0.1:0", "--data", join(folder, "new", "data")];
    const child = new Child(binary, args, { variables });
    try {
      const address = await child.line((line) => /"listener":"public".*"address":"([^"]+)"/.exec(line)?.[1]);
      assert.match(address, /^127\.0\.0\.1:\d+$/);
      assert.equal(statSync(join(folder, "new", "data")).mode & 0o777, 0o700);
      assert.ok(existsSync(join(folder, "new", "data", "master.key")));
      // Nobody has an account that nobody made.
      const list = ["account", "list", "--data", join(folder, "new", "data")];
      const accounts = spawnSync(binary, list, { encoding: "utf8", env: variables, timeout: 10_000 });
      assert.equal(accounts.status, 0, accounts.stderr);
      assert.doesNotMatch(accounts.stdout, /[0-9a-f]{8}-[0-9a-f]{4}-/);
      assert.equal(await child.stop(), 0);
    } finally {
      await child.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  const wrong: [string, string, RegExp[]][] = [
    ["an unknown key", '[server]\nlisten = "127.0.0.1:0"\nlissten = "x"\n', [/gatehouse\.toml:3/, /server\.lissten/, /server\.listen\b/]],
    ["a wrong type", "[server]\nlisten = 8080\n", [/gatehouse\.toml:2/, /server\.listen/]],
    ["no duration", '[token]\naccess_lifetime = "soon"\n', [/gatehouse\.toml:2/, /token\.access_lifetime/]],
    ["no TOML", "[server\n", [/gatehouse\.toml:1/]],
    ["plain HTTP for everyone", '[server]\nlisten = "0.0.0.0:8080"\n', [/server\.tls_certificate/]],
    ["every address a trusted proxy", '[server]\ntrusted_proxies = ["0.0.0.0/0"]\n', [/server\.trusted_proxies/]],
    ["two mistakes", '[password]\nmin_length = 4\n[session]\nidle = "100d"\n', [/password\.min_length/, /session\./]],
    ["messaging", '[process]\nroles = ["messaging"]\n', [/process\.roles/, /not part of this version/]],
  ];
  for (const [name, text, expected] of wrong) {
    test(`a configuration with ${name} is refused with place and remedy`, () => {
      const folder = makeFolder();
      const file = join(folder, "gatehouse.toml");
      writeFileSync(file, text);
      for (const command of [["config", "check"], ["serve", "--data", join(folder, "data")]]) {
        const result = spawnSync(binary, [...command, "--config", file], { encoding: "utf8", env: environment, timeout: 10_000 });
        assert.equal(result.status, 1, command.join(" "));
        for (const pattern of expected) assert.match(result.stderr, pattern);
      }
      assert.ok(!existsSync(join(folder, "data")), "nothing was begun");
      rmSync(folder, { recursive: true });
    });
  }
  test("an unknown GATEHOUSE_ variable is refused", () => {
    const variables = { ...environment, GATEHOUSE_SERVER_LISSTEN: "x" };
    const result = spawnSync(binary, ["config", "check"], { encoding: "utf8", env: variables });
    assert.equal(result.status, 1);
    assert.match(result.stderr, /GATEHOUSE_SERVER_LISSTEN/);
  });
});

describe("operating", () => {
  test("/livez, /readyz and /metrics answer on a listener of their own, and only there", () =>
    withGatehouse({}, async (gatehouse) => {
      for (const path of ["/livez", "/readyz", "/metrics"]) {
        assert.equal((await ask(gatehouse.adminPort, path)).status, 200);
        assert.equal((await ask(gatehouse.port, path)).status, 404);
      }
      const person = await newPerson(gatehouse.port);
      await login(gatehouse.port, person, "wrong on purpose");
      await gateSays(gatehouse.port, person.access);
      await gateSays(gatehouse.port, "nonsense");
      const { body } = await ask(gatehouse.adminPort, "/metrics");
      for (const pattern of [
        /gatehouse_identity_sign_ins_total\{outcome="succeeded"\} 1/,
        /gatehouse_gate_\w+\{[^}]*reason="allowed"[^}]*\} 1/,
        /gatehouse_gate_\w+\{[^}]*reason="bad_token"[^}]*\} 1/,
        /gatehouse_http_requests_total\{/,
        /gatehouse_\w*pool\w*\{/,
      ]) {
        assert.match(body, pattern);
      }
    }));

  test("every answer carries the headers that browsers need, and no version", () =>
    withGatehouse({}, async (gatehouse) => {
      for (const path of ["/v1/me", "/nowhere", "/gate/check"]) {
        const { headers } = await ask(gatehouse.port, path);
        assert.equal(headers["cache-control"], "no-store", path);
        assert.equal(headers.server, undefined);
      }
      const { headers } = await ask(gatehouse.port, "/v1/me");
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.ok(headers["content-security-policy"]);
      // No other origin may read anything: nobody is told of CORS.
      const foreign = { origin: "https://evil.example", "access-control-request-method": "DELETE" };
      for (const method of ["GET", "OPTIONS"]) {
        const answer = await ask(gatehouse.port, "/v1/me", { method, headers: foreign });
        assert.ok(!Object.keys(answer.headers).some((name) => name.startsWith("access-control-")), method);
        assert.equal(answer.status, method === "GET" ? 401 : 405);
      }
    }));
});

describe("ending", () => {
  test("F05 after kill -9 every acknowledged registration, logout and rotation still holds", () =>
    withGatehouse({}, async (gatehouse) => {
      for (let round = 0; round < 5; round++) {
        const registered: string[] = [];
        const person = await newPerson(gatehouse.port);
        const gone = await newPerson(gatehouse.port);
        const rotated = await refresh(gatehouse.port, (await refresh(gatehouse.port, person.refresh)).json.refresh_token);
        assert.equal((await logout(gatehouse.port, gone.refresh)).status, 204);
        const work = Array.from({ length: 12 }, async () => {
          const username = freshName();
          const body = { username, email: `${username}@example.org`, password };
          const answer = await ask(gatehouse.port, "/v1/register", { body }).catch(() => undefined);
          if (answer?.status === 201) registered.push(username);
          if (registered.length === 4) gatehouse.process.signal("SIGKILL");
        });
        await Promise.all(work);
        assert.equal(await gatehouse.process.stop("SIGKILL"), "SIGKILL");
        await gatehouse.start();

        for (const username of registered) assert.equal((await login(gatehouse.port, { username })).status, 200);
        assert.equal(await gateSays(gatehouse.port, gone.access), 401, "a restart revives no token");
        assert.equal((await refresh(gatehouse.port, gone.refresh)).status, 401);
        assert.equal(await gateSays(gatehouse.port, person.access), 200, "and refuses none that is good");
        assert.equal((await refresh(gatehouse.port, rotated.json.refresh_token)).status, 200);
        assert.equal((await refresh(gatehouse.port, person.refresh)).status, 401, "the rotation is remembered");
      }
      const database = spawnSync("sqlite3", [join(gatehouse.data, "gatehouse.db"), "PRAGMA integrity_check"], { encoding: "utf8" });
      assert.equal(database.stdout.trim(), "ok", database.stderr);
    }));

  test("SIGTERM: /readyz says no, requests in flight are answered, then it ends with 0", () =>
    withGatehouse({ settings: { "server.drain_delay": '"500ms"', "password.memory_kib": "65536", "password.iterations": "2" } }, async (gatehouse) => {
      const person = await register(gatehouse.port);
      const flying = Promise.allSettled(Array.from({ length: 4 }, () => login(gatehouse.port, person)));
      const admin = new Agent({ keepAlive: true });
      assert.equal((await ask(gatehouse.adminPort, "/readyz", { agent: admin })).status, 200);
      gatehouse.process.signal("SIGTERM");
      await gatehouse.event("stopping");
      assert.equal((await ask(gatehouse.adminPort, "/readyz", { agent: admin })).status, 503);
      assert.equal((await ask(gatehouse.adminPort, "/livez", { agent: admin })).status, 200);
      assert.equal((await login(gatehouse.port, person)).status, 200, "still accepted within the drain delay");
      for (const outcome of await flying) assert.equal(outcome.status === "fulfilled" && outcome.value.status, 200);
      admin.destroy();
      assert.equal(await gatehouse.process.exited, 0);
      await gatehouse.event("stopped");
    }));

  test("a second SIGTERM ends at once", () =>
    withGatehouse({ settings: { "server.drain_delay": '"300s"' } }, async (gatehouse) => {
      gatehouse.process.signal("SIGTERM");
      await gatehouse.event("stopping");
      gatehouse.process.signal("SIGTERM");
      assert.notEqual(await gatehouse.process.exited, "SIGKILL");
    }));
});

describe("TLS", () => {
  const open = (port: number, options: object = {}) =>
    new Promise<TLSSocket>((done, failed) => {
      const socket: TLSSocket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options }, () => done(socket));
      socket.on("error", failed);
    });
  const askOver = (socket: TLSSocket) =>
    new Promise<string>((done) => {
      socket.once("data", (data) => done(data.toString()));
      socket.write("GET /.well-known/jwks.json HTTP/1.1\r\nHost: localhost\r\n\r\n");
    });
  const subject = (socket: TLSSocket) => String(socket.getPeerCertificate().subject.CN);

  test("serves 1.2 and 1.3 only, and takes a new certificate on SIGHUP without dropping a connection", async () => {
    const folder = makeFolder();
    makeCertificate(folder, "first");
    const settings = {
      "server.tls_certificate": JSON.stringify(join(folder, "certificate.pem")),
      "server.tls_key": JSON.stringify(join(folder, "key.pem")),
    };
    try {
      await withGatehouse({ settings }, async (gatehouse) => {
        const old = await open(gatehouse.port);
        assert.equal(subject(old), "first");
        const answer = await askOver(old);
        assert.match(answer, /^HTTP\/1\.1 200/);
        assert.match(answer, /strict-transport-security: /i);

        makeCertificate(folder, "second");
        gatehouse.process.signal("SIGHUP");
        await gatehouse.event("certificate_reloaded");
        const fresh = await open(gatehouse.port);
        assert.equal(subject(fresh), "second");
        assert.match(await askOver(old), /^HTTP\/1\.1 200/, "the old connection still serves");
        assert.match(await askOver(fresh), /^HTTP\/1\.1 200/);

        writeFileSync(join(folder, "certificate.pem"), "not a certificate");
        gatehouse.process.signal("SIGHUP");
        await gatehouse.event("certificate_not_reloaded");
        const still = await open(gatehouse.port);
        assert.equal(subject(still), "second", "a bad file changes nothing");

        for (const version of ["TLSv1.2", "TLSv1.3"]) {
          const socket = await open(gatehouse.port, { minVersion: version, maxVersion: version });
          assert.equal(socket.getProtocol(), version);
          socket.destroy();
        }
        for (const version of ["TLSv1", "TLSv1.1"]) {
          await assert.rejects(open(gatehouse.port, { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" }));
        }
        for (const socket of [old, fresh, still]) socket.destroy();
        const plain = await ask(gatehouse.port, "/v1/me", { headers: bearer("x") }).catch(() => undefined);
        assert.notEqual(plain?.status, 200, "plain HTTP on the TLS listener is nothing");
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
