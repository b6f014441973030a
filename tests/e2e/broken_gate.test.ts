// G08: whatever goes wrong with the gate, nginx lets nothing through and says "could not decide", not "no" and not "yes".
import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import { Application } from "./support/application.js";
import { ask } from "./support/http.js";
import { Nginx } from "./support/nginx.js";

const identity = "X-Auth-Decision: allow\r\nX-Auth-Subject: somebody\r\n";

// A gate that answers every check with the bytes of the moment.
class BrokenGate {
  behaviour: (socket: Socket) => void = (socket) => socket.destroy();
  readonly sockets = new Set<Socket>();
  readonly server: Server = createServer((socket) => {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.once("data", () => this.behaviour(socket));
  });
  async start(): Promise<number> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    return (this.server.address() as AddressInfo).port;
  }
  async stop(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

const cases: { name: string; behaviour: (socket: Socket) => void; status: number }[] = [
  { name: "closes without a word", behaviour: (s) => s.destroy(), status: 503 },
  { name: "500", behaviour: (s) => s.end("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"), status: 503 },
  { name: "500 with identity headers", behaviour: (s) => s.end(`HTTP/1.1 500 Oops\r\n${identity}\r\n`), status: 503 },
  { name: "502", behaviour: (s) => s.end("HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n"), status: 503 },
  { name: "hangs", behaviour: () => {}, status: 503 },
  { name: "hangs inside the headers", behaviour: (s) => s.write(`HTTP/1.1 200 OK\r\n${identity}`), status: 503 },
  { name: "ends inside the headers", behaviour: (s) => s.end(`HTTP/1.1 200 OK\r\n${identity}`), status: 503 },
  { name: "ends inside the body of a 500", behaviour: (s) => s.end("HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\nhal"), status: 503 },
  { name: "302", behaviour: (s) => s.end(`HTTP/1.1 302 Found\r\nLocation: /public\r\n${identity}\r\n`), status: 503 },
  { name: "200 without identity", behaviour: (s) => s.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), status: 503 },
  { name: "204 without identity", behaviour: (s) => s.end("HTTP/1.1 204 No Content\r\n\r\n"), status: 503 },
  { name: "200 with another decision", behaviour: (s) => s.end("HTTP/1.1 200 OK\r\nX-Auth-Decision: deny\r\nContent-Length: 0\r\n\r\n"), status: 503 },
  { name: "200 with two decisions", behaviour: (s) => s.end("HTTP/1.1 200 OK\r\nX-Auth-Decision: deny\r\nX-Auth-Decision: allow\r\nContent-Length: 0\r\n\r\n"), status: 503 },
  { name: "not HTTP at all", behaviour: (s) => s.end("SSH-2.0-OpenSSH_9.2\r\n"), status: 503 },
  { name: "headers of 1 MB", behaviour: (s) => s.end(`HTTP/1.1 200 OK\r\n${identity}X-Big: ${"a".repeat(1e6)}\r\n\r\n`), status: 503 },
  { name: "503 with Retry-After", behaviour: (s) => s.end("HTTP/1.1 503 Later\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"), status: 503 },
  { name: "429", behaviour: (s) => s.end("HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"), status: 429 },
  { name: "403", behaviour: (s) => s.end(`HTTP/1.1 403 No\r\n${identity}Content-Length: 0\r\n\r\n`), status: 403 },
  { name: "401", behaviour: (s) => s.end(`HTTP/1.1 401 No\r\n${identity}Content-Length: 0\r\n\r\n`), status: 401 },
];

describe("G08: a broken gate lets nothing through", { concurrency: true }, () => {
  for (const { name, behaviour, status } of cases) {
    test(`G08 ${name}`, async () => {
      const application = await Application.start();
      const gate = new BrokenGate();
      gate.behaviour = behaviour;
      const nginx = await Nginx.start(await gate.start(), application.port);
      try {
        const answer = await ask(nginx.port, "/secret", { headers: { authorization: "Bearer whatever" } });
        assert.equal(answer.status, status);
        assert.equal(application.seen.length, 0);
        if (status === 503 || status === 429) assert.match(String(answer.headers["retry-after"]), /^[17]$/);
      } finally {
        await Promise.all([nginx.stop(), gate.stop(), application.stop()]);
      }
    });
  }
});

describe("G08: a gate that answers without end", () => {
  const gate = new BrokenGate();
  let application: Application;
  let nginx: Nginx;
  before(async () => {
    application = await Application.start();
    nginx = await Nginx.start(await gate.start(), application.port);
  });
  after(() => Promise.all([nginx.stop(), gate.stop(), application.stop()]));
  beforeEach(() => (application.seen.length = 0));

  for (const status of ["500 Oops", "200 OK"]) {
    test(`G08 a body of 1 GB behind ${status} is not read, and nginx stays small`, async () => {
      let written = 0;
      const block = Buffer.alloc(1 << 16, "a");
      gate.behaviour = (socket) => {
        socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 1073741824\r\n\r\n`);
        const pour = () => {
          while (!socket.destroyed && written < 1 << 30 && socket.write(block)) written += block.length;
          written += block.length;
        };
        socket.on("drain", pour);
        pour();
      };
      const answer = await ask(nginx.port, "/secret", { headers: { authorization: "Bearer whatever" } });
      assert.equal(answer.status, 503);
      assert.equal(application.seen.length, 0);
      assert.ok(written < 64 << 20, `nginx took ${written} bytes`);
      assert.ok(nginx.process.residentKilobytes() < 64 << 10);
    });
  }

  test("G08 nothing listens where the gate should be", async () => {
    await gate.stop();
    const answer = await ask(nginx.port, "/secret", { headers: { authorization: "Bearer whatever" } });
    assert.equal(answer.status, 503);
    assert.equal(answer.headers["retry-after"], "1");
    assert.equal(application.seen.length, 0);
    assert.equal((await ask(nginx.port, "/v1/me")).status, 503);
  });
});
