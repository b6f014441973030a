// Letters: as files where there is no server, by SMTP where there is one, and none lost whatever is gone or killed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer } from "./support/http.js";
import { lastingPort } from "./support/paths.js";
import { enrolApp, newAdministrator } from "./support/factors.js";
import { Mailbox } from "./support/mailbox.js";
import { login, newPerson, password, register, signIn } from "./support/people.js";
import { SmtpServer } from "./support/smtp_server.js";
import { until } from "./support/until.js";

const origin = "https://app.example";
const subject = "Subject: Your password was changed";
const nobody = "00000000-0000-0000-0000-000000000000";
// Addresses are believed: a notice goes to no other.
const believed = { "registration.verify_email": '"off"' };

function settings(url: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    "server.public_url": JSON.stringify(origin),
    "mail.smtp_url": JSON.stringify(url),
    "mail.from": '"no-reply@app.example"',
    "pages.name": '"Example"',
    "mail.allow_plaintext": "true",
    ...believed,
    ...more,
  };
}

function sql(gatehouse: Gatehouse, query: string): string {
  return execFileSync("sqlite3", ["-cmd", ".timeout 10000", join(gatehouse.data, "gatehouse.db"), query], { encoding: "utf8" }).trim();
}

// A letter about a changed password, asked for as the program does it itself.
function askForLetter(gatehouse: Gatehouse, account: string): void {
  const payload = JSON.stringify({ account, reference: nobody });
  const values = `randomblob(16), 'mail', 'password_changed', '${payload}', 'waiting', ${Date.now()}`;
  sql(gatehouse, `INSERT INTO job (id, queue, kind, payload, state, due_at, created_at) VALUES (${values}, ${Date.now()})`);
}

async function withGatehouse(own: Record<string, string>, work: (gatehouse: Gatehouse) => Promise<void>): Promise<void> {
  const gatehouse = await Gatehouse.start({ settings: own });
  try {
    await work(gatehouse);
  } finally {
    await gatehouse.stop();
  }
}

describe("letters", () => {
  test("without a server they are files that nobody else may read", async () => {
    await withGatehouse({ "server.public_url": JSON.stringify(origin), ...believed }, async (gatehouse) => {
      await gatehouse.event("mail_to_folder");
      const person = await register(gatehouse.port);
      const folder = join(gatehouse.data, "mail");
      askForLetter(gatehouse, person.id);
      const about = (name: string) => name.endsWith(".eml") && readFileSync(join(folder, name), "utf8").includes(subject);
      const files = () => (existsSync(folder) ? readdirSync(folder).filter(about) : []);
      await until("the letter is written", 60, () => files().length === 1);
      const path = join(folder, files()[0]!);
      assert.equal(statSync(path).mode & 0o777, 0o600);
      assert.ok(path.includes(person.id));
      const text = readFileSync(path, "utf8");
      assert.match(text, /https:\/\/app\.example\/reset\r\n/);
      assert.match(text, new RegExp(`To: ${person.email}`));
      assert.match(text, /Auto-Submitted: auto-generated/);
    });
  });

  test("what was changed about an account is said, with its name and the time, and when it will be deleted", async () => {
    await withGatehouse({ "server.public_url": JSON.stringify(origin), ...believed }, async (gatehouse) => {
      const { port } = gatehouse;
      const mailbox = new Mailbox(gatehouse);
      const person = await newPerson(port);
      const says = async (sentence: RegExp) => {
        const text = (await mailbox.next(person.email)).text.replace(/\s+/g, " ");
        assert.match(text, sentence);
        assert.ok(text.includes(person.username), text);
        assert.match(text, /20\d\d-\d\d-\d\d/);
      };
      const as = (access: string, path: string, method: string, body?: object) => ask(port, path, { method, body, headers: bearer(access) });

      const { factor, codes } = await enrolApp(port, person.access, "my telephone");
      await says(/a sign-in method was added to your account \S+: my telephone\./);
      const begun = await login(port, person);
      const code = { transaction: begun.json.transaction, refresh_in: "body", method: "recovery_code", code: codes[0] };
      const strong = await ask(port, "/v1/login/second-factor", { body: code });
      assert.equal(strong.status, 200, strong.body);
      await says(/a recovery code of your account \S+ was used/);
      const access = strong.json.access_token as string;
      assert.equal((await as(access, "/v1/factors/recovery-codes", "POST")).status, 201);
      await says(/new recovery codes were made for your account/);
      assert.equal((await as(access, "/v1/factors/sign-in", "PUT", { acr: "urn:gatehouse:acr:2fa" })).status, 204);
      await says(/it was changed what your account \S+ asks for/);
      assert.equal((await as(access, `/v1/factors/${factor}`, "DELETE")).status, 204);
      await says(/a sign-in method was removed from your account/);
      assert.equal(gatehouse.command("account", "reset-factors", person.username).status, 0);
      await says(/an administrator removed every sign-in method/);

      const last = await signIn(port, person);
      const asked = await as(last.access, "/v1/me/deletion", "POST", { password });
      assert.equal(asked.status, 202, asked.body);
      await says(new RegExp(`will be deleted on ${(asked.json.deletion_at as string).slice(0, 10)}, with all`));
    });
  });

  test("L02 over TLS with a password; and nothing of a letter is in the queue, the log or the metrics", async () => {
    const server = await SmtpServer.start({ tls: true, login: "gatehouse:canary-smtp-password" });
    const url = `smtp://gatehouse:canary-smtp-password@127.0.0.1:${server.port}`;
    const own = settings(url, { "mail.allow_plaintext": "false", "mail.ca_file": JSON.stringify(server.certificate) });
    try {
      await withGatehouse(own, async (gatehouse) => {
        const person = await register(gatehouse.port);
        askForLetter(gatehouse, person.id);
        const letter = await server.letterTo(person.email, subject);
        assert.match(letter, /^From: Example <no-reply@app\.example>\r$/m);
        await gatehouse.event("mail_sent");
        const metrics = (await ask(gatehouse.adminPort, "/metrics")).body;
        const database = ["gatehouse.db", "gatehouse.db-wal"]
          .map((name) => join(gatehouse.data, name))
          .filter((path) => existsSync(path))
          .map((path) => readFileSync(path, "latin1"));
        const written = gatehouse.process.lines.join("\n") + metrics + database.join("");
        for (const canary of [person.email, "canary-smtp-password"]) {
          assert.ok(!written.includes(canary), canary);
        }
      });
    } finally {
      await server.stop();
    }
  });

  test("a letter asked for while the server is gone, and the process killed, arrives when both are back", async () => {
    const port = await lastingPort();
    await withGatehouse(settings(`smtp://127.0.0.1:${port}`), async (gatehouse) => {
      const person = await register(gatehouse.port);
      askForLetter(gatehouse, person.id);
      await gatehouse.event("job_failed", (line) => line["kind"] === "password_changed");
      await gatehouse.process.kill();
      const server = await SmtpServer.start({ port });
      try {
        await gatehouse.start();
        assert.ok(await server.letterTo(person.email, subject));
      } finally {
        await server.stop();
      }
    });
  });

  test("a letter in the hands of a process that is killed stays in the queue", async () => {
    const server = await SmtpServer.start();
    try {
      await withGatehouse(settings(`smtp://127.0.0.1:${server.port}`), async (gatehouse) => {
        const person = await register(gatehouse.port, "hangs"); // the server takes the message and never answers
        askForLetter(gatehouse, person.id);
        await server.hangs();
        const taken = "SELECT hex(id) FROM job WHERE lease IS NOT NULL AND attempts = 1";
        const letter = sql(gatehouse, taken);
        assert.match(letter, /^[0-9A-F]{32}$/);
        await gatehouse.process.kill();
        await gatehouse.start(); // its lease has not run out: nobody takes it twice
        assert.equal(sql(gatehouse, `${taken} AND hex(id) = '${letter}'`), letter);
      });
    } finally {
      await server.stop();
    }
  });

  test("one that nobody takes is a dead letter, which an administrator sees and sends again", async () => {
    const server = await SmtpServer.start();
    try {
      await withGatehouse(settings(`smtp://127.0.0.1:${server.port}`), async (gatehouse) => {
        const setRoles = (name: string) => gatehouse.command("account", "set-roles", name, "admin");
        const headers = bearer((await newAdministrator(gatehouse.port, setRoles)).access);
        const person = await register(gatehouse.port, "unknown");
        askForLetter(gatehouse, person.id);
        const mine = (line: Record<string, unknown>) => line["kind"] === "password_changed";
        await gatehouse.event("job_buried", mine);
        const dead = await ask(gatehouse.port, "/v1/admin/mail/dead", { headers });
        const letter = dead.json.letters.find(mine);
        assert.equal(letter.account, person.id);
        assert.equal(letter.reason, "refused");
        assert.ok(!dead.body.includes(person.email));
        const path = `/v1/admin/mail/dead/${letter.id}/retry`;
        assert.equal((await ask(gatehouse.port, path, { method: "POST", headers })).status, 204);
        const buried = () => gatehouse.log().filter((line) => line.event === "job_buried" && mine(line)).length;
        await until("it was refused again", 60, () => buried() === 2);
      });
    } finally {
      await server.stop();
    }
  });
});
