// H01, H02, H03: bytes that two parsers could read in two ways. The bare server refuses each with 4xx/5xx and closes; through
// nginx the application sees at most the one request that was meant, never a second one.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { raw } from "./support/http.js";
import { newPerson } from "./support/people.js";
import { Stack } from "./support/stack.js";

interface Payload {
  name: string;
  head: string; // the header lines that frame the body, each with its own line end
  body: string;
  harmless?: true; // RFC 9112 allows it: refused or read as the one request, both are right
}

const json = '{"a":1}';
const chunked = "Transfer-Encoding: chunked\r\n";
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const chunks = `${chunk(json)}0\r\n\r\n`;
const length = (value: string): Payload => ({
  name: `Content-Length "${value.replace(/[^ -~]/g, "?")}"`,
  head: `Content-Length: ${value}\r\n`,
  body: json,
});
const coding = (value: string): Payload => ({
  name: `Transfer-Encoding "${value.replace(/[^ -~]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`)}"`,
  head: `Transfer-Encoding:${value}\r\n`,
  body: chunks,
});

const h01: Payload[] = [
  { name: "Content-Length and Transfer-Encoding", head: `Content-Length: ${chunks.length}\r\n${chunked}`, body: chunks },
  { name: "Transfer-Encoding and Content-Length", head: `${chunked}Content-Length: 4\r\n`, body: chunks },
  { name: "two lengths that differ", head: "Content-Length: 7\r\nContent-Length: 0\r\n", body: json },
  { name: "two lengths that agree", head: "Content-Length: 7\r\nContent-Length: 7\r\n", body: json },
  ...["+7", "0x7", "7,7", "7, 7", "-7", "", "7;", "7\x0b", "7 7", "7.0", "7e0", "99999999999999999999", "\xb2"].map(length),
  { ...length("07"), harmless: true },
  { ...length("7 "), harmless: true },
  ...[" xchunked", " chunkedx", " chunked, identity", " identity, chunked", " chunked, chunked", " gzip, chunked", " gzip"].map(coding),
  ...["\x0bchunked", " chunked\x0b", " \x0cchunked", ' "chunked"', " chunked;q=1", " chun ked", " chunked,", " ,chunked", ""].map(coding),
  { ...coding("  chunked"), harmless: true },
  { ...coding(" CHUNKED"), harmless: true },
  { name: "Transfer-Encoding twice", head: chunked + chunked, body: chunks },
  { name: "Transfer-Encoding folded", head: "Transfer-Encoding:\r\n chunked\r\n", body: chunks },
  { name: "Transfer-Encoding folded behind another header", head: "X: y\r\n Transfer-Encoding: chunked\r\n", body: "" },
  { name: "space before the colon", head: "Transfer-Encoding : chunked\r\n", body: chunks },
  { name: "tab before the colon", head: "Content-Length\t: 7\r\n", body: json },
  { name: "a line end of LF hides a header", head: "X: y\nContent-Length: 7\r\n", body: json, harmless: true },
  { name: "a line end of CR hides a header", head: "X: y\rContent-Length: 7\r\n", body: "" },
];

const h02: Payload[] = [
  ...["7_", "+7", "0x7", "-7", "7 ", " 7", "7g", "", "7\x0b", "1".repeat(17), "fffffffffffffff9", "ffffffff7", "7,7"].map((size) => ({
    name: `chunk size "${size.replace(/[^ -~]/g, "?")}"`,
    head: chunked,
    body: `${size}\r\n${json}\r\n0\r\n\r\n`,
    ...(["7 "].includes(size) ? { harmless: true as const } : {}),
  })),
  { name: "chunk size ended by LF", head: chunked, body: `7\n${json}\r\n0\r\n\r\n`, harmless: true },
  { name: "chunk size ended by CR", head: chunked, body: `7\r${json}\r\n0\r\n\r\n` },
  { name: "chunk data ended by LF", head: chunked, body: `7\r\n${json}\n0\r\n\r\n`, harmless: true },
  { name: "chunk data without an end", head: chunked, body: `7\r\n${json}0\r\n\r\n` },
  { name: "chunk data longer than said", head: chunked, body: `7\r\n${json}XX\r\n0\r\n\r\n` },
  { name: "chunk extension", head: chunked, body: `7;a=b\r\n${json}\r\n0\r\n\r\n`, harmless: true },
  { name: "chunk extension with LF", head: chunked, body: `7;a\n${json}\r\n0\r\n\r\n`, harmless: true },
  { name: "chunk extension of 64 kB", head: chunked, body: `7;${"a".repeat(65536)}\r\n${json}\r\n0\r\n\r\n`, harmless: true },
  ...["Content-Length: 50", "Host: evil", "Authorization: Bearer x", "Transfer-Encoding: chunked", "X: y"].map((field) => ({
    name: `trailer ${field}`,
    head: chunked,
    body: `${chunk(json)}0\r\n${field}\r\n\r\n`,
    harmless: true as const,
  })),
];

// Whole requests; `{auth}` stands for the line with the token.
const h03: { name: string; text: string; harmless?: true }[] = [
  { name: "NUL in a header value", text: "GET /page HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n{auth}\r\n" },
  { name: "NUL in a header name", text: "GET /page HTTP/1.1\r\nHost: a\r\nX\0: a\r\n{auth}\r\n" },
  { name: "NUL in the target", text: "GET /pa\0ge HTTP/1.1\r\nHost: a\r\n{auth}\r\n" },
  { name: "CR in a header value", text: "GET /page HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n{auth}\r\n" },
  { name: "LF for CRLF", text: "GET /page HTTP/1.1\nHost: a\n{auth}\n", harmless: true },
  { name: "LF ends the request line", text: "GET /page HTTP/1.1\nHost: a\r\n{auth}\r\n", harmless: true },
  { name: "space before the colon", text: "GET /page HTTP/1.1\r\nHost : a\r\n{auth}\r\n" },
  { name: "empty header name", text: "GET /page HTTP/1.1\r\nHost: a\r\n: b\r\n{auth}\r\n", harmless: true },
  { name: "header without a colon", text: "GET /page HTTP/1.1\r\nHost: a\r\nnonsense\r\n{auth}\r\n", harmless: true },
  { name: "header name not ASCII", text: "GET /page HTTP/1.1\r\nHost: a\r\nX\xe9: b\r\n{auth}\r\n", harmless: true },
  { name: "space first in a header line", text: "GET /page HTTP/1.1\r\n Host: a\r\n{auth}\r\n" },
  { name: "HTTP/1.32", text: "GET /page HTTP/1.32\r\nHost: a\r\n{auth}\r\n", harmless: true },
  { name: "HTTP/2.0 in words", text: "GET /page HTTP/2.0\r\nHost: a\r\n{auth}\r\n" },
  { name: "HTTP/0.9", text: "GET /page\r\n\r\n", harmless: true },
  { name: "http/1.1 in lower case", text: "GET /page http/1.1\r\nHost: a\r\n{auth}\r\n" },
  { name: "two spaces in the request line", text: "GET  /page HTTP/1.1\r\nHost: a\r\n{auth}\r\n", harmless: true },
  { name: "tab in the request line", text: "GET\t/page HTTP/1.1\r\nHost: a\r\n{auth}\r\n" },
  { name: "two Host headers", text: "GET /page HTTP/1.1\r\nHost: a\r\nHost: b\r\n{auth}\r\n" },
  { name: "no Host header", text: "GET /page HTTP/1.1\r\n{auth}\r\n" },
  { name: "Host with a path", text: "GET /page HTTP/1.1\r\nHost: a/b\r\n{auth}\r\n" },
  { name: "Host with user information", text: "GET /page HTTP/1.1\r\nHost: a@b\r\n{auth}\r\n", harmless: true },
  { name: "absolute form with another host", text: "GET http://b/page HTTP/1.1\r\nHost: a\r\n{auth}\r\n", harmless: true },
  { name: "asterisk form", text: "GET * HTTP/1.1\r\nHost: a\r\n{auth}\r\n" },
  { name: "fragment in the target", text: "GET /page#x HTTP/1.1\r\nHost: a\r\n{auth}\r\n", harmless: true },
  { name: "TLS handshake on plain HTTP", text: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\0".repeat(300) },
  { name: "HTTP/2 preface", text: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
];

describe("smuggling and malformed requests", () => {
  let stack: Stack;
  let auth: string;
  let smuggled: string;
  before(async () => {
    stack = await Stack.start();
    const person = await newPerson(stack.gatehouse.port);
    auth = `Authorization: Bearer ${person.access}\r\n`;
    smuggled = `GET /smuggled HTTP/1.1\r\nHost: a\r\n${auth}\r\n`;
  });
  after(() => stack.stop());
  beforeEach(() => (stack.application.seen.length = 0));

  const refuses = async (text: string, accepts: RegExp) => {
    const answer = await raw(stack.gatehouse.port, text);
    assert.ok(answer.closed, `the connection stays open behind: ${answer.text.slice(0, 200)}`);
    assert.equal(answer.statuses.length, 1, answer.text.slice(0, 400));
    assert.match(String(answer.statuses[0]), accepts, answer.text.slice(0, 200));
  };
  const applicationSawAtMost = (requests: number) => {
    const paths = stack.application.seen.map((request) => `${request.method} ${request.path}`);
    assert.ok(!JSON.stringify(paths).includes("smuggled"), `the application saw ${paths}`);
    assert.ok(paths.length <= requests, `the application saw ${paths}`);
  };

  for (const [id, payloads] of [["H01", h01], ["H02", h02]] as const) {
    for (const { name, head, body, harmless } of payloads) {
      const request = (line: string) => `${line} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${auth}${head}\r\n${body}`;

      test(`${id} ${name}: refused by the bare server`, async () => {
        if (!harmless) return refuses(request("POST /v1/login") + smuggled, /^(400|411|413|501)$/);
        const answer = await raw(stack.gatehouse.port, request("POST /v1/login"), 500);
        assert.ok(answer.statuses.length === 1 && answer.statuses[0] === 400, answer.text.slice(0, 200));
      });

      test(`${id} ${name}: nothing smuggled through nginx`, async () => {
        // What may be read as one whole request may be followed by another; what may not must not be.
        const answer = await raw(stack.nginx.port, request("POST /page") + (harmless ? "" : smuggled), harmless ? 500 : 3000);
        applicationSawAtMost(harmless ? 1 : 0);
        if (!harmless) assert.ok(answer.closed && answer.statuses.every((s) => s >= 400), answer.text.slice(0, 200));
      });
    }
  }

  for (const { name, text, harmless } of h03) {
    test(`H03 ${name}: refused by the bare server`, () => refuses(text.replace("{auth}", auth) + smuggled, /^(400|404|405|501|505)$/));

    test(`H03 ${name}: nothing malformed through nginx`, async () => {
      await raw(stack.nginx.port, text.replace("{auth}", auth), 500);
      applicationSawAtMost(harmless ? 1 : 0);
      const odd = stack.application.seen.filter((r) => r.path !== "/page" && r.path !== "/page#x");
      assert.deepEqual(odd, []);
    });
  }

  test("H01 both servers still answer", async () => {
    const request = `GET /page HTTP/1.1\r\nHost: a\r\n${auth}Connection: close\r\n\r\n`;
    assert.deepEqual((await raw(stack.nginx.port, request)).statuses, [200]);
    assert.deepEqual((await raw(stack.gatehouse.port, request)).statuses, [404]);
  });
});
