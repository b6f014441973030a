import assert from "node:assert/strict";
import { test } from "node:test";
import { readAgent } from "../src/account/agent";
import { mayAdminister, permits } from "../src/account/permits";
import { niceTop } from "../src/admin/nice_top";
import { words } from "../src/admin/words";
import { nextLink } from "../src/api/next_link";
import { decodeBase64Url, encodeBase64Url } from "../src/base64url";
import { nameOrEmail } from "../src/sign_in/name_or_email";

test("base64url goes there and back for every byte", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const text = encodeBase64Url(bytes.buffer);
  assert.match(text, /^[\w-]+$/);
  assert.deepEqual(new Uint8Array(decodeBase64Url(text)), bytes);
});

test("a link leads to the next piece of the same thing and nowhere else", () => {
  const path = "/v1/admin/audit/export";
  assert.equal(nextLink(`<${path}?after_batch=12>; rel="next"`, path), `${path}?after_batch=12`);
  for (const header of [null, "", `<${path}?after_batch=12>; rel="prev"`, '<https://evil.example/>; rel="next"', `<${path}er?x>; rel="next"`, '<//evil.example/?x>; rel="next"']) {
    assert.equal(nextLink(header, path), undefined, String(header));
  }
});

test("an at sign makes an address of a name", () => {
  assert.deepEqual(nameOrEmail(" alice "), { username: "alice" });
  assert.deepEqual(nameOrEmail("alice@example.org"), { email: "alice@example.org" });
});

test("names browser and system of what browsers call themselves", () => {
  const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
  const edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0";
  const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
  assert.deepEqual(readAgent(chrome), { browser: "Chrome", system: "Linux", handheld: false });
  assert.deepEqual(readAgent(edge), { browser: "Edge", system: "Windows", handheld: false });
  assert.deepEqual(readAgent(iphone), { browser: "Safari", system: "iPhone", handheld: true });
  assert.deepEqual(readAgent("<script>"), { browser: undefined, system: undefined, handheld: false });
});

test("an axis ends at a round number that holds every value", () => {
  assert.deepEqual([0, 0.3, 1, 3, 7, 11, 100, 2001].map(niceTop), [1, 0.5, 1, 5, 10, 20, 100, 5000]);
});

test("words are parted by blanks and commas", () => {
  assert.deepEqual(words(" member, admin  support,"), ["member", "admin", "support"]);
});

test("a permission covers what the server says it covers", () => {
  assert.ok(permits(["*:*"], "account:read"));
  assert.ok(permits(["account:*"], "account:manage"));
  assert.ok(permits(["profile:read"], "profile:read:own"));
  assert.ok(!permits(["profile:read:own"], "profile:read"));
  assert.ok(!permits(["account:read"], "account:manage"));
  assert.ok(mayAdminister(["audit:read"]));
  assert.ok(!mayAdminister(["profile:read:own", "session:end:own"]));
});
