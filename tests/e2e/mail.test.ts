// Letters: as files where there is no server, by SMTP where there is one, and none lost whatever is gone or killed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer } from "./support/http.js";
import { lastingPort } from "./support/paths.js";
import { newAdministrator, register } from "./support/people.js";
import { SmtpServer } from "./support/smtp_server.js";
import { until } from "./support/until.js";

const origin = "https://app.example";
const link = /https:\/\/app\.example\/verify#token=(ghm_[\w-]{43})/;

function settings(url: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    "server.public_url": JSON.stringify(origin),
    "mail.smtp_url": JSON.stringify(url),
    "mail.from": '"no-reply@app.example"',
    "mail.service": '"Example"',
    "mail.allow_plaintext": "true",
    ...more,
  };
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
    await withGatehouse({ "server.public_url": JSON.stringify(origin) }, async (gatehouse) => {
      await gatehouse.event("mail_to_folder");
      const person = await register(gatehouse.port);
      const folder = join(gatehouse.data, "mail");
      const files = () => (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".eml")) : []);
      await until("the letter is written", 60, () => files().length === 1);
      const path = join(folder, files()[0]!);
      assert.equal(statSync(path).mode & 0o777, 0o600);
      assert.ok(path.includes(person.id));
      const text = readFileSync(path, "utf8");
      assert.match(text, link);
      assert.match(text, new RegExp(`To: ${person.email}`));
      assert.match(text, /Auto-Submitted: auto-generated/);
    });
  });

  test("L02 over TLS with a password; and nothing of a letter is in the queue, the log or the metrics", async () => {
    const server = await SmtpServer.start({ tls: true, login: "gatehouse:canary-smtp-password" });
    const url = `smtp://gatehouse:canary-smtp-password@127.0.0.1:${server.port}`;
    const own = settings(url, { "mail.allow_plaintext": "false", "mail.ca_file": JSON.stringify(server.certificate) });
    try {
      await withGatehouse(own, async (gatehouse) => {
        const person = await register(gatehouse.port);
        const letter = await server.letterTo(person.email);
        const token = link.exec(letter)![1]!;
        const code = /^ {4}([0-9A-Z]{4}-[0-9A-Z]{4})\r$/m.exec(letter)![1]!;
        assert.match(letter, /\r\nFrom: Example <no-reply@app\.example>\r\n/);
        await gatehouse.event("mail_sent");
        const metrics = (await ask(gatehouse.adminPort, "/metrics")).body;
        const database = ["gatehouse.db", "gatehouse.db-wal"]
          .map((name) => join(gatehouse.data, name))
          .filter((path) => existsSync(path))
          .map((path) => readFileSync(path, "latin1"));
        const written = gatehouse.process.lines.join("\n") + metrics + database.join("");
        for (const canary of [person.email, token, code, "canary-smtp-password"]) {
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
      await gatehouse.event("job_failed");
      await gatehouse.process.kill();
      const server = await SmtpServer.start({ port });
      try {
        await gatehouse.start();
        assert.match(await server.letterTo(person.email), link);
      } finally {
        await server.stop();
      }
    });
  });

  test("a letter in the hands of a process that is killed stays in the queue", async () => {
    const server = await SmtpServer.start();
    try {
      await withGatehouse(settings(`smtp://127.0.0.1:${server.port}`), async (gatehouse) => {
        await register(gatehouse.port, "hangs"); // the server takes the message and never answers
        await server.hangs();
        await gatehouse.process.kill();
        const waiting = () => {
          const query = "SELECT count(*) FROM job WHERE kind = 'verify_email' AND state = 'waiting' AND attempts = 1";
          return execFileSync("sqlite3", [join(gatehouse.data, "gatehouse.db"), query], { encoding: "utf8" }).trim();
        };
        assert.equal(waiting(), "1");
        await gatehouse.start(); // its lease has not run out: nobody takes it twice
        assert.equal(waiting(), "1");
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
        await gatehouse.event("job_buried", (line) => line["kind"] === "verify_email");
        const dead = await ask(gatehouse.port, "/v1/admin/mail/dead", { headers });
        assert.equal(dead.json.letters.length, 1);
        assert.equal(dead.json.letters[0].account, person.id);
        assert.equal(dead.json.letters[0].reason, "refused");
        assert.ok(!dead.body.includes(person.email));
        const path = `/v1/admin/mail/dead/${dead.json.letters[0].id}/retry`;
        assert.equal((await ask(gatehouse.port, path, { method: "POST", headers })).status, 204);
        const buried = () => gatehouse.log().filter((line) => line.event === "job_buried").length;
        await until("it was refused again", 60, () => buried() === 2);
      });
    } finally {
      await server.stop();
    }
  });
});
